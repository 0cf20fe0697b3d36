"""Columns that are guessed are taken only when somebody has said that they are right."""

from pathlib import Path

from tests.commands import Command

PAYMENTS = "Дата;Контрагент;Сумма;Номер\n01.02.2026;Ромашка;500;1\n"
OTHER = "Дата;Контрагент;Сумма;Номер\n01.02.2026;Ромашка;500;1\n02.02.2026;Василёк;7;2\n"


def test_a_guess_is_not_taken_where_nobody_can_be_asked(kam_sync: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    said = kam_sync("import", "a.csv", "--as", "payments")
    assert (said.code, said.out) == (2, "")
    assert "добавьте --yes или дайте разметку через --map ФАЙЛ" in said.err
    assert "Контрагент" in said.err
    assert "no source yet" in kam_sync("source", "list").err
    assert kam_sync("import", "a.csv", "--as", "payments", "--dry-run").code == 0
    assert kam_sync("import", "a.csv", "--as", "payments", "--yes").code == 0


def test_a_script_that_reads_json_is_not_asked(kam_sync: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    assert kam_sync("import", "a.csv", "--as", "payments", "--json").code == 0


def test_a_mapping_that_was_used_or_is_given_needs_no_yes(
    kam_sync: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    kam_sync("import", "a.csv", "--as", "payments", "--yes")
    (tmp_path / "a.csv").write_text(OTHER, encoding="utf-8")
    assert kam_sync("import", "a.csv", "--as", "payments").code == 0
    shown = kam_sync("import", "--as", "payments", "--show").out
    (tmp_path / "map.yaml").write_text(shown, encoding="utf-8")
    given = ("--source", "b", "--map", "map.yaml")
    assert kam_sync("import", "a.csv", "--as", "payments", *given).code == 0
