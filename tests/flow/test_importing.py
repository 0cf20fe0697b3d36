"""Files that come again, come corrected, come complete, or are cut off in the middle."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from connectors import Noun, columns, sheets
from kam_sync import deciding, flow, importing
from kam_sync.accounts import facts, model
from kam_sync.accounts.store import AccountStore, RecordStore, Wanted
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.importing import running
from kam_sync.intake.model import RunState
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask

SCRIPT = Path(__file__).with_name("import_and_die.py")
NAMES = "Номер;Дата;ИНН;Клиент;Сумма"
MAP = {
    "table": "payments",
    "client": {"inn": "ИНН", "name": "Клиент"},
    "key": ["number", "paid_on"],
    "fields": {
        "number": {"from": "Номер"}, "paid_on": {"from": "Дата"}, "amount": {"from": "Сумма"},
    },
    "currency": "RUB",
}  # fmt: skip
KEYED = columns.TableMap.model_validate(MAP)
WEAK = columns.TableMap.model_validate(MAP | {"key": []})
COMPANIES = columns.TableMap(table="companies", client=columns.Client(**MAP["client"]))


def payments(count: int, amount: int = 100) -> list[str]:
    return [f"{n};01.02.2026;7707083893;Ромашка;{amount}" for n in range(1, count + 1)]


@pytest.fixture
def imported(services: Services, tmp_path):
    """Import lines, and say what came of it."""

    def call(
        *lines: str, map_: columns.TableMap = KEYED, complete: bool = False, names=NAMES,
        do=importing.import_rows,
    ):  # fmt: skip
        path = tmp_path / "t.csv"
        path.write_text("\n".join([names, *lines]), encoding="utf-8")
        told: list[tuple[int, str, str]] = []
        wish = importing.Import(
            "files", map_, is_complete=complete, tell=lambda *one: told.append(one)
        )
        counts = do(services, wish, sheets.lines(path))
        return {k: v for k, v in counts.model_dump().items() if v}, told

    return call


@pytest.fixture
def kept(services: Services):
    """The live payments by number, with their amounts."""

    def call() -> dict[str | None, int]:
        with services.database.transaction() as session:
            found = RecordStore(session).records(facts.Payment, Wanted(), limit=10_000)
            return {one.number: int(one.amount) for one in found if not one.is_deleted}

    return call


def test_a_row_that_is_corrected_is_updated_and_the_rest_left_alone(imported, kept) -> None:
    assert imported(*payments(3))[0] == {"read": 3, "created": 3}
    said, _ = imported(*payments(2), "3;01.02.2026;7707083893;Ромашка;7")
    assert said == {"read": 3, "updated": 1, "unchanged": 2}
    assert kept() == {"1": 100, "2": 100, "3": 7}


def test_two_rows_with_the_same_key_are_not_one(imported, kept) -> None:
    said, told = imported(*payments(1), *payments(1), *payments(1, amount=7))
    assert said == {"read": 2, "created": 1, "rejected": 1, "passed_over": 1, "equal": 1}
    (passed, rejected) = told
    assert passed == (3, "passed over", "the same as line 2")
    assert rejected[:2] == (4, "rejected")
    assert "(1, 2026-02-01) is the same as in line 2, and the rest is not: correct" in rejected[2]
    assert kept() == {"1": 100}


def test_equal_rows_without_a_key_each_count_once_and_again(imported, services: Services) -> None:
    lines = [*payments(1), *payments(1), *payments(2)]
    assert imported(*lines, map_=WEAK)[0] == {"read": 4, "created": 4}
    assert imported(*lines, map_=WEAK)[0] == {"read": 4, "unchanged": 4}
    assert imported(*lines, *payments(1), map_=WEAK)[0] == {"read": 5, "created": 1, "unchanged": 4}
    with services.database.transaction() as session:
        (account,) = AccountStore(session).accounts(limit=9)
        assert (account.name, account.inn) == ("Ромашка", "7707083893")


def test_a_complete_file_lets_go_of_what_it_has_not(imported, kept) -> None:
    imported(*payments(30))
    said, _ = imported(*payments(28), complete=True)
    assert said == {"read": 28, "unchanged": 28, "deleted": 2}
    assert len(kept()) == 28
    assert imported(*payments(30))[0] == {"read": 30, "updated": 2, "unchanged": 28}
    assert len(kept()) == 30


def test_a_complete_file_with_bad_lines_lets_go_of_nothing(imported, kept) -> None:
    imported(*payments(5))
    said, _ = imported(*payments(3), "4;01.02.2026;7707083893;Ромашка;сто", complete=True)
    assert said == {"read": 4, "unchanged": 3, "rejected": 1}
    assert len(kept()) == 5


def test_a_complete_file_that_lacks_very_much_asks_a_person(
    imported, kept, services: Services
) -> None:
    imported(*payments(40))
    assert imported(*payments(10), complete=True)[0] == {"read": 10, "unchanged": 10, "held": 30}
    assert len(kept()) == 40
    with services.database.transaction() as session:
        source = SourceStore(session).by_name("files")
        held, token = deciding.of_noun(session, source, Noun.PAYMENT)
        session.expunge_all()
    assert deciding.approve(services, source, held.id, token, "Анна") == 30
    assert len(kept()) == 10


def test_what_a_person_wants_to_keep_is_not_asked_about_until_it_came_again(
    imported, kept, services: Services
) -> None:
    imported(*payments(40))
    imported(*payments(10), complete=True)
    with services.database.transaction() as session:
        source = SourceStore(session).by_name("files")
        held, token = deciding.of_noun(session, source, Noun.PAYMENT)
        session.expunge_all()
    assert deciding.reject(services, source, held.id, token, "Анна") == 30
    said, _ = imported(*payments(9), complete=True)
    assert said == {"read": 9, "unchanged": 9, "deleted": 1}  # the tenth, of which nobody spoke
    assert len(kept()) == 39
    imported(*payments(40))
    assert imported(*payments(10), complete=True)[0]["held"] == 30


def test_another_mapping_reads_what_is_there_anew(imported, kept, services: Services) -> None:
    imported(*payments(2))
    fields = {**MAP["fields"], "purpose": {"from": "Клиент"}}
    said, _ = imported(map_=columns.TableMap.model_validate(MAP | {"fields": fields}))
    assert said == {}
    with services.database.transaction() as session:
        found = RecordStore(session).records(facts.Payment, Wanted(), limit=9)
        assert [one.purpose for one in found] == ["Ромашка", "Ромашка"]
    client = {"name": "Номер"}
    imported(map_=columns.TableMap.model_validate(MAP | {"client": client}))
    with services.database.transaction() as session:
        names = {one.name for one in AccountStore(session).accounts(limit=9)}
        assert names == {"Ромашка", "1", "2"}
    other = {**MAP["fields"], "amount": {"from": "Итог"}}
    said, _ = imported(map_=columns.TableMap.model_validate(MAP | {"fields": other}))
    assert said == {"set_aside": 2}
    assert kept() == {"1": 100, "2": 100}


@pytest.mark.heavy
def test_an_import_that_was_killed_ends_alike_when_it_is_done_again(
    services: Services, tmp_path, kept
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join([NAMES, *payments(100)]), encoding="utf-8")
    begin = [
        sys.executable,
        str(SCRIPT),
        services.database.conninfo,
        str(services.settings.data_dir),
        str(path),
    ]
    written = KEYED.model_dump_json(by_alias=True, exclude_defaults=True)
    codes = [
        subprocess.run([*begin, written, *more], check=False, capture_output=True).returncode
        for more in (["8"], ["19"], [])
    ]
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert kept() == {str(n): 100 for n in range(1, 101)}
    assert ask(services, "SELECT count(*) FROM run WHERE state = 'running'") == [(0,)]
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name("files").id
    assert flow.sync(services, source_id).state is RunState.DONE


def test_two_imports_into_one_source_do_not_mix(imported, services: Services, monkeypatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", timedelta(milliseconds=100))
    imported(*payments(1))
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name("files").id
    with (
        services.database.alone(f"source {source_id}"),
        pytest.raises(Busy, match="source"),
    ):
        imported(*payments(2))


def test_deals_bring_their_stages_and_what_companies_say_wins(services: Services, tmp_path) -> None:
    def give(map_: dict, *lines: str, complete: bool = False) -> None:
        path = tmp_path / "t.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        wish = importing.Import("crm", columns.TableMap.model_validate(map_), is_complete=complete)
        importing.import_rows(services, wish, sheets.lines(path))

    client = {"id": "К", "name": "Имя"}
    stage = {"from": "Этап", "codes": {"Успех": "won", "*": "open"}}
    give({"table": "companies", "client": client}, "К;Имя", "1;ООО «Ромашка»")
    deals = {"table": "deals", "client": client, "key": ["Д"],
             "fields": {"stage": stage, "name": {"from": "Д"}}, "currency": "RUB"}  # fmt: skip
    give(deals, "Д;К;Имя;Этап", "5;1;Ромашка (старое имя);Успех", "6;2;Василёк;Новая")
    with services.database.transaction() as session:
        records = RecordStore(session)
        lines = records.records(model.Pipeline, Wanted(), limit=9)
        assert [(s.name, s.outcome.value) for s in records.stages(lines)] == [
            ("Успех", "won"), ("Новая", "open"),
        ]  # fmt: skip
        names = [one.name for one in AccountStore(session).accounts(limit=9)]
        assert sorted(names) == ["Василёк", "ООО «Ромашка»"]
    give({"table": "companies", "client": client}, "К;Имя", "3;Лютик", complete=True)
    with services.database.transaction() as session:
        found = RecordStore(session).records(model.Company, Wanted(), limit=9)
        assert {one.name: one.is_deleted for one in found} == {
            "ООО «Ромашка»": True, "Василёк": False, "Лютик": False,
        }  # fmt: skip


def test_a_mapping_by_which_kept_rows_would_count_twice_is_refused(imported, kept) -> None:
    imported(*payments(2))
    other = columns.TableMap.model_validate(MAP | {"key": ["number", "client"]})
    with pytest.raises(WrongUse, match="other keys and count twice"):
        imported(*payments(2), map_=other, do=importing.try_rows)
    with pytest.raises(WrongUse, match="other keys and count twice"):
        imported(*payments(2), map_=other)
    assert len(kept()) == 2


def test_a_client_that_was_let_go_of_is_back_when_a_later_row_names_it(
    imported, services: Services
) -> None:
    names = "ИНН;Клиент"
    both = ("7707083893;Ромашка", "500100732259;Василёк")

    def deleted() -> dict[str, bool]:
        with services.database.transaction() as session:
            found = RecordStore(session).records(model.Company, Wanted(), limit=9)
            return {one.name: one.is_deleted for one in found}

    imported(*both, map_=COMPANIES, names=names)
    imported(both[1], map_=COMPANIES, names=names, complete=True)
    assert deleted() == {"Ромашка": True, "Василёк": False}
    imported(*payments(1))
    assert deleted() == {"Ромашка": False, "Василёк": False}
    imported(both[1], map_=COMPANIES, names=names, complete=True)
    assert deleted() == {"Ромашка": True, "Василёк": False}  # as the list has it again
    imported(*payments(1))
    assert deleted() == {"Ромашка": True, "Василёк": False}  # for the row says nothing new
