"""The account page: what it is like, what has happened, what it bought."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

import connectors as gate
from connectors import Happening, Item, Noun, Outcome
from kam_sync.accounts.match import own_account
from tests.web.world import WHEN, World, won_deal


def plain(text: str) -> str:
    """The text of a page with ordinary spaces, each once."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def account(world: World) -> UUID:
    """An account with everything that a CRM may hold."""
    source = world.add_source()
    stages = (gate.Stage("1", "Новая", 1, Outcome.OPEN), gate.Stage("2", "Счёт", 2, Outcome.OPEN))
    records: dict[Noun, tuple[gate.Record, ...]] = {
        Noun.USER: (gate.User("7", "Анна Смирнова"),),
        Noun.PIPELINE: (gate.Pipeline("10", "Продажи", stages),),
        Noun.COMPANY: (
            gate.Company("1", "Вега", segment="Ключевой", contract_ends_on=date(2026, 10, 31),
                         tags=("vip", "опт"), owner_external_id="7", address="г. Тула, Мира 1"),
        ),
        Noun.CONTACT: (gate.Contact("11", "Борис <i>Ткач</i>", "1"),),
        Noun.CUSTOMER: (
            gate.Customer("31", "Вега", "1", total_amount=Decimal(1_500_000), purchases_count=12,
                          currency="RUB", next_purchase_at=datetime(2026, 12, 1, tzinfo=UTC)),
        ),
        Noun.DEAL: (
            won_deal("5", "1", 200_000, WHEN - timedelta(days=3)),
            gate.Deal("6", "Насосы", "10", "2", Outcome.OPEN, Decimal(10), "RUB", "1",
                      items=(Item("2001"),), tags=("тендер",), contract_ends_on=date(2027, 3, 31)),
        ),
        Noun.INVOICE: (gate.Invoice("2001", "Счёт 17", "paid", Decimal(90_000), "RUB", WHEN),),
        Noun.TASK: (
            gate.Task("8", "Позвонить", True, Noun.COMPANY, "1", "7", result="Перезвонит",
                      updated_at=WHEN - timedelta(days=2)),
            gate.Task("9", "Продлить договор [ks-abcdefghij]", False, Noun.COMPANY, "1", "7",
                      is_ours=True, created_at=WHEN - timedelta(days=2),
                      due_at=WHEN - timedelta(days=3)),
        ),
        Noun.NOTE: (
            gate.Activity("contacts/1", Happening.CALL, "call_in", WHEN - timedelta(hours=1),
                          Noun.CONTACT, "11", "7", True, "Просит <b>скидку</b>", 65),
        ),
        Noun.EVENT: (
            gate.Activity("e1", Happening.STAGE, "lead_status_changed", WHEN - timedelta(days=1),
                          Noun.DEAL, "6", "7", details={
                              "from": {"stage": "1", "pipeline": "10"},
                              "to": {"stage": "2", "pipeline": "10"},
                          }),
        ),
    }  # fmt: skip
    for noun, found in records.items():
        world.save(source, noun, *found)
    return own_account(source, "1")


def test_the_head_says_segment_contract_tags_and_what_a_repeat_buyer_bought(
    client, account: UUID
) -> None:
    page = plain(client.get(f"/accounts/{account}?lang=ru").text)

    assert "<dt>Сегмент</dt><dd>Ключевой</dd>" in page
    assert "<dt>Адрес</dt><dd>г. Тула, Мира 1</dd>" in page
    said = client.get(f"/api/v1/accounts/{account}").json()
    assert (said["address"], said["city"]) == ("г. Тула, Мира 1", None)
    assert '31 окт. 2026 г. <span class="badge bad">закончился</span>' in page
    assert '<li class="badge">vip</li><li class="badge">опт</li>' in page
    assert "1,5 млн ₽</data> за 12 покупок; следующая ожидается 1 дек. 2026" in page


def test_the_timeline_tells_what_happened_in_plain_words_newest_first(
    client, account: UUID
) -> None:
    page = plain(client.get(f"/accounts/{account}?lang=ru").text)

    told = ["Входящий звонок, 1 мин 5 с", "Сменился этап", "Задача", "Сделка выиграна"]
    places = [page.index(f"<strong>{said}</strong>") for said in told]
    assert places == sorted(places)
    assert "Новая → Счёт" in page
    assert '<p class="said">Позвонить Перезвонит</p>' in page
    assert "контакт Борис &lt;i&gt;Ткач&lt;/i&gt; · Анна Смирнова" in page
    assert "Просит &lt;b&gt;скидку&lt;/b&gt;" in page


def test_what_we_wrote_is_marked_as_ours_without_its_mark(client, account: UUID) -> None:
    page = plain(client.get(f"/accounts/{account}?lang=ru").text)

    assert '<span class="badge">от kam_sync</span>' in page
    assert '<p class="said">Продлить договор</p>' in page


def test_invoices_and_deals_show_what_is_attached(client, account: UUID) -> None:
    parts = (client.get(f"/accounts/{account}/{part}?lang=en").text for part in ("deals", "money"))
    page = plain("".join(parts))

    assert 'Насосы</a> <span class="badge">тендер</span>' in page
    assert "contract until Mar 31, 2027" in page
    assert '<th scope="row">Счёт 17</th>' in page
    assert '<span class="badge good">paid</span>' in page


def test_an_account_about_which_nothing_is_known_says_so(client, world: World) -> None:
    (account,) = world.add_companies(world.add_source(), "Тихая")

    page = client.get(f"/accounts/{account}?lang=en").text

    assert "Nothing has happened yet" in page
    for absent in ("Segment", "Contract until", "Repeat buyer", "Invoices</h2>", "tags"):
        assert absent not in page


def test_of_a_long_timeline_the_latest_entries_are_shown_and_the_rest_page_by_page(
    client, world: World
) -> None:
    source = world.add_source()
    (account,) = world.add_companies(source, "Вега")
    notes = [
        gate.Activity(f"n{hour}", Happening.NOTE, "common", WHEN - timedelta(hours=hour),
                      Noun.COMPANY, "1", text=f"заметка {hour:02}.")
        for hour in range(60)
    ]  # fmt: skip
    world.save(source, Noun.NOTE, *notes)

    page = client.get(f"/accounts/{account}").text
    assert "заметка 07." in page
    assert "заметка 08." not in page
    assert f'<a href="/accounts/{account}/timeline">Вся лента</a>' in page

    whole = client.get(f"/accounts/{account}/timeline").text
    rest = client.get(f"/accounts/{account}/timeline?page=2").text
    assert re.findall(r"заметка (\d+)", whole + rest) == [f"{n:02}" for n in range(60)]
    assert '<a rel="next" href="?page=2">' in whole
    assert 'rel="next"' not in rest


@pytest.mark.parametrize("what", ["timeline", "deals", "invoices", "contacts"])
def test_each_list_of_an_account_has_pages_of_its_own_and_names_no_path_of_the_api(
    client, account: UUID, what: str
) -> None:
    page = client.get(f"/accounts/{account}/{what}")

    assert page.status_code == 200
    assert f'id="{what}-title"' in page.text
    assert "/api/v1" not in page.text + client.get(f"/accounts/{account}").text


def test_a_task_says_whose_it_is_until_when_and_where_it_is_seen_in_the_crm(
    client, account: UUID
) -> None:
    page = plain(client.get(f"/accounts/{account}?lang=ru").text)

    assert 'Анна Смирнова <span class="badge bad">просрочено с 20 нояб. 2026 г.</span>' in page
    assert 'href="https://sales.example/companies/detail/1"' in page


def test_a_purchase_that_should_have_come_is_overdue_and_not_expected(client, world: World) -> None:
    source = world.add_source()
    (account,) = world.add_companies(source, "Вега")
    late = gate.Customer("31", "Вега", "1", next_purchase_at=WHEN - timedelta(days=5))
    world.save(source, Noun.CUSTOMER, late)

    page = plain(client.get(f"/accounts/{account}?lang=ru").text)

    assert "следующая просрочена с 18 нояб. 2026 г." in page
    assert "ожидается" not in page
