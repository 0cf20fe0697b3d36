"""What a person has to say before an import, and what is said to a person who was wrong."""

import pytest

from tests.cli.test_import import PAYMENTS, counts
from tests.commands import Command


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")


def test_a_misspelt_column_is_told_with_its_line_and_what_may_be_meant(
    kam_sync: Command, written
) -> None:
    file = written(PAYMENTS)
    written(
        "client: {inn: ИНН}\nfields:\n  paid_on: {from: Дата}\n  amount: {from: 'Сума, руб'}\n"
        "  number: {from: Абвгд}\nkey: [number]\ncurrency: RUB\n", "map.yaml", "utf-8"
    )  # fmt: skip
    said = kam_sync("import", file, "--as", "payments", "--map", "map.yaml")
    assert said.code == 2
    for part in (
        "reads Сума, руб (line 4 of map.yaml; is it Сумма, руб.?), Абвгд (line 5 of map.yaml),",
        "the file has: Дата, № п/п, Контрагент, ИНН, Сумма, руб.;",
    ):
        assert part in said.err
    said = kam_sync("import", file, "--as", "payments", "--set", "amount=Сума")
    assert "reads Сума (is it Сумма, руб.?)," in said.err


def test_rows_that_nothing_tells_apart_are_taken_only_as_a_person_says(
    kam_sync: Command, written
) -> None:
    header = "Название;Компания;Этап;Сумма\n"
    file = written(header + "Болты;Ромашка;Новая;100\nБолты;Ромашка;Новая;100\n")
    for way in ((), ("--yes",), ("--json",), ("--dry-run",)):
        said = kam_sync("import", file, "--as", "deals", *way)
        assert said.code == 2
        assert "weak key: no column tells a row of deals from the others" in said.err
        assert "--set key=COLUMN (the file has: Название, Компания, Этап, Сумма)" in said.err
    assert "no source yet" in kam_sync("source", "list").err
    said = kam_sync("import", file, "--as", "deals", "--complete", "--json")
    assert counts(said) == {"read": 2, "created": 2}
    corrected = written(header + "Болты;Ромашка;Новая;100\nБолты;Ромашка;Новая;700\n", "new.csv")
    assert kam_sync("import", corrected, "--as", "deals").code == 2
    said = kam_sync("import", corrected, "--as", "deals", "--complete", "--json")
    assert counts(said) == {"read": 2, "created": 1, "unchanged": 1, "deleted": 1}
    said = kam_sync("import", file, "--as", "deals", "--weak-key", "--json")
    assert counts(said) == {"read": 2, "updated": 1, "unchanged": 1}
    (source,) = kam_sync("source", "list", "--json").document["sources"]
    assert kam_sync("sync").out == f"{source['name']}: nothing new\n"
    shown = kam_sync("source", "status", source["name"]).out
    assert {line.split()[0] for line in shown.splitlines()[2:]} == {"company", "pipeline", "deal"}


def test_a_complete_file_with_bad_lines_says_that_nothing_was_deleted(
    kam_sync: Command, written
) -> None:
    bad = PAYMENTS.replace("-200,00", "сто")
    said = kam_sync("import", written(bad), "--as", "payments", "--complete", "--yes")
    assert (said.code, "nothing was deleted, for some lines were rejected" in said.err) == (1, True)


def test_what_a_person_says_of_decimals_goes_before_what_was_seen(
    kam_sync: Command, written
) -> None:
    header = "Дата;Номер;Клиент;Сумма\n"
    file = written(header + "01.02.2026;1;Ромашка;1,500.00\n01.02.2026;2;Ромашка;2,000\n")
    guessed = kam_sync("import", file, "--as", "payments", "--dry-run", "--json")
    assert guessed.document["map"]["fields"]["amount"] == {"from": "Сумма", "decimal": "."}
    told = ("--set", "decimal=,", "--dry-run", "--json")
    said = kam_sync("import", file, "--as", "payments", *told)
    assert said.document["map"]["fields"]["amount"] == {"from": "Сумма"}
    assert counts(said) == {"read": 2, "created": 1, "rejected": 1}
