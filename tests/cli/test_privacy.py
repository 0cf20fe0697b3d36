"""`kam-sync privacy ...`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from kam_sync.base.clock import utc_now
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import read_settings
from kam_sync.privacy.model import About, Did, Entry, How
from kam_sync.privacy.store import EventStore
from kam_sync.wiring import Services
from tests.commands import Command
from tests.web import partners
from tests.web.world import World


@pytest.fixture
def known(kam_sync: Command, database) -> dict[str, str]:
    """Two CRMs that know the same people."""
    settings = read_settings()
    filled = partners.fill(World(Services(settings, database, open_cipher(settings))))
    return {name: str(id_) for name, id_ in filled.items()}


def test_a_person_is_found_told_and_erased(
    kam_sync: Command, known: dict[str, str], tmp_path: Path
) -> None:
    found = kam_sync("privacy", "find", "8 (916) 123-45-67", "--json").document
    (one,) = found["people"]
    assert (one["emails"], found["erased"]) == (["jp@romashka.example"], [])
    told = kam_sync("privacy", "export", "JP@romashka.example", "--out", str(tmp_path / "jp.json"))
    assert "written to" in told.err
    document = json.loads((tmp_path / "jp.json").read_bytes())
    assert document["person"]["id"] == one["id"]
    assert {row["source"] for row in document["contacts"]} == {"sales", "other"}
    assert oct((tmp_path / "jp.json").stat().st_mode)[-3:] == "600"

    tried = kam_sync("privacy", "erase", one["id"], "--dry-run")
    assert "Would be erased" in tried.out
    assert "the original in the CRM: other, sales" in tried.out
    refused = kam_sync("privacy", "erase", one["id"], "--yes")
    assert (refused.code, refused.err.splitlines()[-1]) == (
        2, "kam-sync: --reason: say why; it goes into the protocol"
    )  # fmt: skip
    done = kam_sync("privacy", "erase", one["id"], "--yes", "--reason", "заявление", "--json")
    assert done.document["counts"]["contact"] == 2
    after = kam_sync("privacy", "find", "+79161234567", "--json").document
    assert after["people"] == []
    assert [said["id"] for said in after["erased"]] == [one["id"]]
    assert "заявление" in kam_sync("privacy", "erasures").out
    assert "0 people erased again" in kam_sync("privacy", "reapply").err
    assert kam_sync("privacy", "allow", one["id"], "--reason", "новый договор").code == 0
    log = kam_sync("privacy", "log", "--about", one["id"], "--json").document["events"]
    assert [event["did"] for event in log] == ["allowed", "erased", "exported"]


def test_a_restore_ends_with_erasing_again(
    kam_sync: Command, known: dict[str, str], database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "before.kam"
    assert kam_sync("backup", str(file)).code == 0
    erased = ("privacy", "erase", "+79161234567", "--yes", "--reason", "заявление", "--json")
    assert kam_sync(*erased).code == 0
    database.engine.dispose()  # a restore works alone
    restored = kam_sync("restore", str(file), "--replace")
    assert (restored.code, "could not" in restored.err) == (0, False), restored.err
    after = kam_sync("privacy", "find", "+79161234567", "--json").document
    assert (after["people"], len(after["erased"])) == ([], 1)


def test_another_secret_key_seals_the_file_of_the_erased_anew(
    kam_sync: Command, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = ("privacy", "erase", "+79161234567", "--yes", "--reason", "заявление", "--json")
    assert kam_sync(*erased).code == 0
    former = read_settings().secret_key
    assert former is not None
    new = "the next key for the tests"
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", f"{new},{former.get_secret_value()}")
    kam_sync("secrets", "rotate")
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", new)
    settings = read_settings()
    file = settings.data_dir / "erased.json"
    assert open_cipher(settings).unlock(json.loads(file.read_bytes())["sealed_key"])


@pytest.fixture
def _long_ago(database: Database) -> None:
    """Someone looked four years ago: a line that is kept for three."""
    entry = Entry("anna", Did.READ, How.PAGE, About.PERSON, "x")
    with database.transaction() as session:
        EventStore(session).note(entry, utc_now() - timedelta(days=4 * 365))


@pytest.mark.usefixtures("_long_ago")
def test_terms_are_shown_set_and_counted(kam_sync: Command) -> None:
    assert kam_sync("privacy", "retention", "texts", "30").code == 0
    shown = kam_sync("privacy", "retention", "--dry-run", "--json").document["retention"]
    assert next(one for one in shown if one["kind"] == "texts")["days"] == 30
    assert {one["kind"] for one in shown if one["older"]} == {"audit"}
    assert kam_sync("privacy", "retention", "texts", "forever").code == 0
    assert "forever" in kam_sync("privacy", "retention").out
    kam_sync("privacy", "retention", "texts", "default")
    shown = kam_sync("privacy", "retention", "--json").document["retention"]
    assert next(one for one in shown if one["kind"] == "texts")["set_by"] is None


@pytest.mark.usefixtures("_long_ago")
@pytest.mark.parametrize(
    ("days", "older"), [("30", 1), ("1400", 1), ("1500", 0), ("forever", 0), ("default", 1)]
)
def test_a_wished_term_is_counted_by_and_not_set(kam_sync: Command, days: str, older: int) -> None:
    def audit(*said: str) -> dict[str, object]:
        shown = kam_sync("privacy", "retention", *said, "--json").document["retention"]
        return next(one for one in shown if one["kind"] == "audit")

    before = audit()
    assert audit("audit", days, "--dry-run")["older"] == older
    assert "nothing is set" in kam_sync("privacy", "retention", "audit", days, "--dry-run").out
    assert audit() == before


def test_an_export_takes_no_file_that_others_may_read(
    kam_sync: Command, known: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "jp.json"
    file.touch(mode=0o644)
    said = kam_sync("privacy", "export", "JP@romashka.example", "--out", str(file))
    assert (said.code, "it is there already" in said.err) == (2, True)
    assert file.read_bytes() == b""


def test_the_inventory_has_counts(kam_sync: Command, known: dict[str, str]) -> None:
    document = kam_sync("privacy", "inventory", "--json").document["inventory"]
    contacts = next(one for one in document if one["kind"] == "contacts")
    assert contacts["tables"][0]["rows"] > 2
    assert "person_key" in kam_sync("privacy", "inventory").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("erase", "+79160000000"), "person: nobody is known by that"),
        (("find", "Анна"), "Анна: no id of a person, no e-mail, no phone"),
        (("retention", "texts", "0"), "days 0: 1 to 36500, or `forever`"),
        (("retention", "texts", "0", "--dry-run"), "days 0: 1 to 36500, or `forever`"),
        (("retention", "mail", "9", "--dry-run"), "mail: there is no such kind"),
        (("retention", "texts", "--dry-run"), "texts: give a number of days"),
        (("retention", "mail", "9"), "mail: there is no such kind; there are: raw_gone"),
        (("allow", "x", "--reason", "y"), "erasure x: no such erasure"),
        (("reapply", "--from", "none.json"), "none.json: it is no register of erased people"),
    ],
)
def test_what_cannot_be_is_refused(
    kam_sync: Command, arguments: tuple[str, ...], says: str
) -> None:
    said = kam_sync("privacy", *arguments)
    assert said.code == 2
    assert says in said.err
