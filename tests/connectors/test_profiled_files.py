"""Exports that people drop are read once each, by a profile, and then put away."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.kit.contract import Connector, Credentials, Deletions
from connectors.kit.errors import NoRights
from connectors.kit.records import Company, Deal, Noun, Outcome, RawRecord
from connectors.profiled import SberCrm
from connectors.profiled.reading import BadProfile, read

PROFILE = """
profile: SberCRM by files
version: 1
account: romashka
currency: RUB
decimal: ","
entities:
  company:
    file: {names: "companies*", complete: true}
    key: ID
    fields: {name: {from: Название}, inn: {from: ИНН}}
  deal:
    file: {names: "deals*.csv"}
    key: ID
    fields:
      name: {from: Название}
      company: {from: Организация}
      amount: {from: Сумма}
      stage: {from: Стадия, codes: {Выиграна: won, "*": open}}
"""
DEALS = "ID;Название;Организация;Сумма;Стадия\n1;Поставка;7;1 234,50;Выиграна\n2;Ещё;7;;Новая\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With one export of each noun."""
    (tmp_path / "companies 1.csv").write_text("ID;Название;ИНН\n7;Ромашка;7707083893\n", "utf-8")
    (tmp_path / "deals.csv").write_bytes(DEALS.encode("cp1251"))
    return tmp_path


@pytest.fixture
def crm(folder: Path) -> Iterator[Connector]:
    """The connector; nobody answers at its address."""
    access = Credentials("http://127.0.0.1:9", options={"profile": PROFILE}, folder=str(folder))
    with closing(SberCrm(access)) as crm:
        yield crm


def pulled(crm: Connector, noun: Noun, cursor: str | None = None) -> tuple[list[RawRecord], str]:
    """What came, and the cursor at its end."""
    pages = list(crm.pull(noun, cursor))
    kept = [page.cursor for page in pages if page.cursor]
    return [raw for page in pages for raw in page.records], kept[-1] if kept else ""


def test_exports_are_read_in_our_words_without_asking_anybody(crm: Connector) -> None:
    companies, _ = pulled(crm, Noun.COMPANY)
    assert crm.translate(companies[0]) == Company("7", "Ромашка", inn="7707083893")
    deals = [crm.translate(raw) for raw in pulled(crm, Noun.DEAL)[0]]
    said = [(d.external_id, str(d.amount), d.outcome) for d in deals if isinstance(d, Deal)]
    assert said == [("1", "1234.5", Outcome.WON), ("2", "None", Outcome.OPEN)]
    assert crm.requests == 0


def test_a_file_is_put_away_only_when_the_cursor_says_that_its_rows_are_stored(
    crm: Connector, folder: Path
) -> None:
    _, cursor = pulled(crm, Noun.DEAL)
    assert (folder / "deals.csv").exists()
    again, _ = pulled(crm, Noun.DEAL)
    assert len(again) == 2
    nothing, _ = pulled(crm, Noun.DEAL, cursor)
    assert nothing == []
    assert not (folder / "deals.csv").exists()
    (folder / "deals.csv").write_bytes(DEALS.encode("cp1251"))
    assert pulled(crm, Noun.DEAL, cursor)[0] == []
    assert sorted(one.name for one in (folder / "done").iterdir()) == ["deals 2.csv", "deals.csv"]


def test_another_content_under_the_same_name_is_read(crm: Connector, folder: Path) -> None:
    _, cursor = pulled(crm, Noun.DEAL)
    (folder / "deals.csv").write_text(DEALS.replace("Поставка", "Другое"), "utf-8")
    found, _ = pulled(crm, Noun.DEAL, cursor)
    assert [raw.body["Название"] for raw in found] == ["Другое", "Ещё"]


def test_an_older_content_that_comes_again_is_read_again_and_the_newest_file_wins(
    crm: Connector, folder: Path
) -> None:
    (folder / "deals 10.csv").write_text(DEALS.replace("Поставка", "Новое"), "utf-8")
    os.utime(folder / "deals.csv", (1, 1))
    found, cursor = pulled(crm, Noun.DEAL)
    assert [raw.body["Название"] for raw in found][::2] == ["Поставка", "Новое"]
    (folder / "deals.csv").write_text(DEALS.replace("Поставка", "Другое"), "utf-8")
    _, cursor = pulled(crm, Noun.DEAL, cursor)
    (folder / "deals.csv").write_bytes(DEALS.encode("cp1251"))
    (folder / ".deals.csv").write_text("half", "utf-8")
    assert [raw.body["Название"] for raw in pulled(crm, Noun.DEAL, cursor)[0]] == [
        "Поставка",
        "Ещё",
    ]


def test_a_file_that_is_no_table_is_put_aside_and_told_by_its_name(
    crm: Connector, folder: Path
) -> None:
    (folder / "deals.csv").write_text("<html><body>Вход</body></html>", "utf-8")
    with pytest.raises(NoRights, match=r"deals\.csv: this is a web page .* it is in failed/ now"):
        list(crm.pull(Noun.DEAL, None))
    assert (folder / "failed" / "deals.csv").exists()
    assert list(crm.pull(Noun.DEAL, None)) == []


def test_only_a_complete_file_all_of_whose_lines_can_be_used_says_who_is_gone(
    crm: Connector, folder: Path
) -> None:
    assert all(page.is_whole for page in crm.pull(Noun.COMPANY, None))
    assert not any(page.is_whole for page in crm.pull(Noun.DEAL, None))
    assert crm.nouns[Noun.COMPANY].deletions == {Deletions.ABSENCE}
    assert crm.nouns[Noun.DEAL].deletions == set()
    (folder / "companies 1.csv").write_text("ID;Название;ИНН\n7;Ромашка;1\n8;А;2;лишнее\n", "utf-8")
    pages = list(crm.pull(Noun.COMPANY, None))
    assert not pages[0].is_whole
    assert len(pages[0].records) == 2


def test_a_column_that_is_in_no_row_stops_the_noun(crm: Connector, folder: Path) -> None:
    rows = "".join(f"{n};Сделка;7;5\n" for n in range(30))
    (folder / "deals.csv").write_text("ID;Название;Клиент;Сумма\n" + rows, "utf-8")
    with pytest.raises(NoRights, match="no row has Организация"):
        list(crm.pull(Noun.DEAL, None))


def test_a_probe_looks_at_a_file_and_leaves_it(crm: SberCrm, folder: Path) -> None:
    steps = {step["step"]: step for step in crm.probe()}
    assert steps["deal: file"]["found"] == "deals.csv: 2 rows looked at"
    assert steps["deal: mapping"]["found"] == "2 of 2 rows can be read"
    (folder / "deals.csv").write_text("<html>", "utf-8")
    (folder / "companies 1.csv").unlink()
    steps = {step["step"]: step for step in crm.probe()}
    assert not steps["deal: file"]["is_fine"]
    assert steps["company: file"]["found"].startswith("no file companies* waits")
    assert (folder / "deals.csv").exists()


def test_a_profile_without_secrets_asks_for_no_token_and_says_that_it_reads_files() -> None:
    assert not SberCrm.needs_token({"profile": PROFILE})
    assert SberCrm.reads_files({"profile": PROFILE})
    assert SberCrm.needs_token({})
    assert not SberCrm.reads_files({})
    assert not SberCrm.reads_files({"profile": "nothing: 1"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('file: {names: "deals*.csv"}', "may_lack: []"), "give one of list"),
        (("    key: ID\n    fields:\n", "    one: {path: /x}\n    key: ID\n    fields:\n"),
         "of files nobody can be asked"),
        (("deals*.csv", "../../etc/*"), "names"),
    ],
)  # fmt: skip
def test_what_a_profile_cannot_mean_of_files_is_told(change: tuple[str, str], said: str) -> None:
    with pytest.raises(BadProfile, match=said):
        read(PROFILE.replace(*change))
