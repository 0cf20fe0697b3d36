"""`kam-sync why`: a table for people, JSON for programs, a plain word where there is nothing."""

from dataclasses import replace

from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book, deal


def test_a_change_is_told_by_causes_and_by_pipeline(kam_sync: Command, services: Services) -> None:
    book = Book(services)
    account = str(book.account())
    nothing = kam_sync("why", account, "won_revenue")
    assert (nothing.code, nothing.out) == (0, "")
    assert "значений нет" in nothing.err
    book.deals(
        deal("1", opened="2026-07-01", won="2026-08-20", amount=900),
        deal("2", opened="2026-07-01", won="2026-09-20", amount=100),
    ).measure()
    late = deal("3", opened="2026-07-01", won="2026-09-21", amount=50)
    book.deals(replace(late, pipeline_external_id="44")).measure()
    asked = ("why", account, "won_revenue", "--from", "2026-09", "--to", "2026-09-30")
    shown = kam_sync(*asked).out.replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        "−750 ₽: клиент −800 ₽, поздние или исправленные данные +50 ₽",
        "больше всего: воронка «3300» −800 ₽",
        "сентябрь 2026 / август 2026",
    ):
        assert said in shown
    [move] = kam_sync(*asked, "--json").document["moves"]
    assert [(one["cause"], one["change"]["amount"]) for one in move["causes"]] == [
        ("client", "-800.00"), ("facts", "50.00"),
    ]  # fmt: skip
    year = kam_sync(*asked, "--against", "year_ago", "--json").document
    assert (year["moves"], year["unsaid"]) == ([], "no_base")


def test_what_is_no_month_no_kpi_or_no_account_is_refused(
    kam_sync: Command, services: Services
) -> None:
    account = str(Book(services).account())
    for asked, said in (
        ((account, "won_revenue", "--from", "август"), "a month such as 2026-08 is needed"),
        ((account, "won_revenue", "--from", "2020-01"), "12 at most"),
        ((account, "nothing"), "no such KPI"),
        (("nobody", "won_revenue"), "no such account"),
    ):
        told = kam_sync("why", *asked)
        assert said in told.err
        assert (told.code, told.out) == (2, "")
