"""What facts were, and what was changed after it had been measured: on pages and by the API."""

from dataclasses import replace
from decimal import Decimal

from tests.fakes.books import Book, deal
from tests.web.world import World

PAYMENT = {
    "external_id": "a/1",
    "client": {"inn": "7707083893", "name": "ООО «Ромашка»"},
    "paid_on": "2026-11-20",
    "amount": "1500.50",
    "currency": "RUB",
}


def test_a_corrected_fact_says_what_it_was(client) -> None:
    for row in (PAYMENT, PAYMENT, PAYMENT | {"amount": 1700, "paid_on": "2026-11-21"}):
        client.post("/api/v1/facts/payments", json={"source": "erp", "rows": [row]})
    client.delete("/api/v1/facts/payments/a%2F1", params={"source": "erp"})
    [payment] = client.get("/api/v1/facts/payments").json()["items"]
    account = payment["account_id"]
    assert payment["first_seen_at"] < payment["changed_at"]
    history = "/api/v1/facts/payments/a%2F1/history"
    first = client.get(history, params={"source": "erp", "limit": 1}).json()
    (gone,) = first["items"]
    assert (gone["source"], gone["noun"], gone["external_id"]) == ("erp", "payment", "a/1")
    assert (gone["is_deletion"], gone["became"]) == (True, {"is_deleted": True})
    more = {"source": "erp", "cursor": first["next_cursor"]}
    (corrected,) = client.get(history, params=more).json()["items"]
    assert corrected["became"] == {"amount": 1700.0, "paid_on": "2026-11-21"}
    assert (corrected["was"]["amount"], corrected["is_deletion"]) == (1500.5, False)
    of_account = client.get(f"/api/v1/accounts/{account}/corrections").json()["items"]
    assert of_account == [gone, corrected]
    assert client.get(history).status_code == 422
    assert client.get(history, params={"source": "nobody"}).status_code == 404

    page = client.get(f"/accounts/{account}/money", params={"lang": "ru"}).text
    assert f'<a href="/accounts/{account}/corrections">исправлено 2 раза</a>' in page
    page = client.get(f"/accounts/{account}/corrections", params={"lang": "ru"}).text
    assert "Платежи: a/1" in page
    assert "отозвано" in page
    said = " ".join(page.split())
    assert "Сумма: 1 500,50 ₽ → 1 700 ₽; Дата оплаты: 20 нояб. 2026 г. → 21 нояб. 2026 г." in said


def test_what_was_changed_after_the_fact_is_told_with_its_reason(client, world: World) -> None:
    book = Book(world.services)
    sold = deal("1", opened="2026-10-01", won="2026-10-20", amount=100)
    book.deals(sold).measure()
    account = book.account()
    empty = client.get(f"/accounts/{account}/restatements", params={"lang": "ru"}).text
    assert "Ничего не менялось" in empty
    book.deals(replace(sold, amount=Decimal(120))).measure()
    asked = {"kpi": "won_revenue", "grain": "month", "lang": "ru"}
    [told] = client.get(f"/api/v1/accounts/{account}/restatements", params=asked).json()["items"]
    assert (told["kpi"], told["on"], told["causes"]) == ("won_revenue", "2026-10-01", ["facts"])
    assert told["was"] == {"amount": "100.00", "currency": "RUB"}
    assert told["now"] == {"amount": "120.00", "currency": "RUB"}
    assert told["why"] == "данные исправлены или пришли позже"
    everywhere = "/api/v1/restatements"
    assert client.get(everywhere, params=asked).json()["items"] == [told]
    late = {"since": "2999-01-01T00:00:00Z"}
    assert client.get(everywhere, params=late).json()["items"] == []
    page = client.get(everywhere, params={"limit": 1}).json()
    rest = client.get(everywhere, params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert int(rest["items"][0]["id"]) < int(page["items"][0]["id"])
    assert client.get(everywhere, params={"kpi": "nothing"}).status_code == 404

    shown = client.get(f"/accounts/{account}", params={"kpi": "won_revenue.RUB"}).text
    assert f"/accounts/{account}/restatements?kpi=won_revenue" in shown
    for grain, period in (("month", "октябрь 2026"), ("week", "неделя с 19 окт.")):
        query = {**asked, "grain": grain}
        page = client.get(f"/accounts/{account}/restatements", params=query).text
        assert period in page
        assert "данные исправлены или пришли позже" in page
