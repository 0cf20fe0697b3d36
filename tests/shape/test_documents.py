"""The documents stay true: headings, links, commands, settings."""

import re
from pathlib import Path

import pytest

from kam_sync.base.settings import Settings
from kam_sync.kpi.describing import document
from kam_sync.kpi.registry import OURS
from kam_sync.open_data import describing
from kam_sync.open_data.store import VIEWS

TOP = Path(__file__).parents[2]
DOCUMENTS = [TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md"]
DOCUMENTS += sorted((TOP / "docs").rglob("*.md"))
RECORDS = sorted((TOP / "docs" / "decisions").glob("*.md"))
SETTINGS = [f"KAM_SYNC_{name.upper()}" for name in Settings.model_fields]

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OF_A_MACHINE = re.compile(r"(?<![\w.~/])/(?:home|root|work|tmp|Users|mnt|srv)/")


def name_of(path: Path) -> str:
    """How a document is called in the report of the tests."""
    return str(path.relative_to(TOP))


def headings(text: str) -> list[str]:
    """The headings of a document, without their marks."""
    return re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)


def first_block_under(text: str, word: str) -> str:
    """The first code block under the first heading that holds the word."""
    found = re.search(
        rf"^#+[^\n]*\b{word}\b[^\n]*\n.*?^```sh\n(.*?)^```$",
        text,
        re.MULTILINE | re.DOTALL | re.IGNORECASE,
    )
    assert found, f"the README has no sh block under a heading with the word {word}"
    return found[1].strip()


@pytest.mark.parametrize("word", ["run", "test"])
def test_the_readme_says_how_to_begin(word: str) -> None:
    expected = {"run": "./run demo", "test": "./run test"}
    assert first_block_under((TOP / "README.md").read_text(), word) == expected[word]


def test_the_page_of_kpis_says_what_their_files_say() -> None:
    text = (TOP / "docs" / "kpi.md").read_text()
    assert text == document(text, OURS.values()), "run `kam-sync kpis document docs/kpi.md`"


def test_the_page_of_open_data_says_what_each_column_is() -> None:
    text = (TOP / "docs" / "open-data.md").read_text()
    assert text == describing.document(text, VIEWS), "run `kam-sync open document` on that page"


@pytest.mark.parametrize("path", RECORDS, ids=name_of)
def test_a_decision_record_has_its_four_headings(path: Path) -> None:
    title, *rest = headings(path.read_text())
    assert title.startswith(f"{int(path.name[:4])}. ")
    assert rest == ["Context", "Decision", "Consequences", "Options not taken", "References"]


def test_decision_records_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    targets = [target for target in _LINK.findall(path.read_text()) if "://" not in target]
    missing = [t for t in targets if not (path.parent / t.partition("#")[0]).exists()]
    assert missing == []
    there = {t: (path.parent / t.partition("#")[0]) if t[0] != "#" else path for t in targets}
    lost = [t for t, to in there.items() if to.suffix == ".md" and "#" in t and _lost(t, to)]
    assert lost == []


def _lost(target: str, page: Path) -> bool:
    """Whether no heading of a page has the anchor of a link."""
    plain = (re.sub(r"[^\w\- ]", "", one.lower()) for one in headings(page.read_text()))
    anchors = {one.replace(" ", "-") for one in plain}
    return target.partition("#")[2] not in anchors


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_no_document_names_a_path_of_one_machine(path: Path) -> None:
    assert _OF_A_MACHINE.findall(path.read_text()) == []


@pytest.mark.parametrize("variable", SETTINGS)
def test_every_setting_is_explained(variable: str) -> None:
    assert f"\n| `{variable}` |" in (TOP / "docs" / "operations.md").read_text()
    assert re.search(rf"^#?{variable}=", (TOP / ".env.example").read_text(), re.MULTILINE)


def test_no_setting_is_explained_that_does_not_exist() -> None:
    for path in (*DOCUMENTS, TOP / ".env.example", TOP / "compose.yaml", TOP / "Dockerfile"):
        named = set(re.findall(r"KAM_SYNC_[A-Z_]*[A-Z]", path.read_text()))
        assert named <= set(SETTINGS), path.name


def test_each_trap_of_amocrm_names_tests_that_there_are() -> None:
    table = (TOP / "docs" / "amocrm.md").read_text().split("| # | trap | test |")[1]
    rows = [row.split("|") for row in table.splitlines() if re.match(r"\| \d", row)]
    assert [int(row[1]) for row in rows] == list(range(1, 41))
    there = {
        name
        for path in (TOP / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)", path.read_text(), re.MULTILINE)
    } | set(re.findall(r"def (test_\w+)", (TOP / "tests/connectors/checks.py").read_text()))
    named = [re.findall(r"`(test_\w+)`", row[3]) for row in rows]
    assert all(named)
    assert [name for names in named for name in names if name not in there] == []
