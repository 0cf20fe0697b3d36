"""No more mails a week than a person has attention for, none at night, and nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kam_sync import telling
from kam_sync.alerts.life import State, Turn
from kam_sync.alerts.model import Alert, ChangeKind, Weight
from kam_sync.alerts.store import AlertStore
from kam_sync.base.settings import Locale, Settings
from kam_sync.jobs.waking import wake
from kam_sync.wiring import Services
from tests.fakes.mailbox import Mailbox
from tests.fakes.office import PUBLIC, Office, names, office

MONDAY_NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAY_AT_NINE = datetime(2026, 11, 30, 6, tzinfo=UTC)
SHOPS = [f"Лавка {n}" for n in range(1, 8)]


@pytest.fixture
def shop(services: Services) -> Office:
    """Seven accounts; it is Monday noon in Moscow."""
    found = office(services)
    found.win(*((name, "7") for name in SHOPS))
    set_up(found, quiet_hours="19:00-9:00")
    return found


def set_up(shop: Office, **settings: object) -> None:
    """Change settings of the house."""
    said = shop.services.settings.model_dump() | settings
    shop.services = replace(shop.services, settings=Settings.model_validate(said))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


def weigh(shop: Office, alert: Alert, rank: float, cause: Alert | None = None) -> None:
    """Say how much an alert matters, and which other one tells of it."""
    with shop.services.database.transaction() as session:
        store = AlertStore(session)
        weight = Weight(rank=rank, inhibited_by=cause.id if cause else None)
        store.weigh(store.alert(alert.id), weight)


def seven(shop: Office) -> list[Alert]:
    """One alert of each shop; the last one is the gravest."""
    alerts = [shop.alarm(name) for name in SHOPS]
    for number, alert in enumerate(alerts, 1):
        weigh(shop, alert, float(number))
    shop.notify()
    return alerts


def test_five_of_seven_come_at_once_and_two_in_the_digest_of_monday(
    shop: Office, box: Mailbox
) -> None:
    channel = shop.open("mail", box.url)
    alerts = seven(shop)
    assert shop.tell(channel).sent == 5
    told = {mail["subject"].partition(":")[0] for mail in box.mails}
    assert told == set(SHOPS[2:])
    assert sorted(names(shop.sends(channel))) == ["held"] * 2 + ["sent"] * 5

    shop.turn(alerts[6], Turn.RESOLVED, State.RESOLVED)  # what follows of one costs nothing
    shop.notify()
    assert shop.tell(channel).sent == 1

    shop.time.at = MONDAY_AT_NINE
    assert shop.tell(channel).sent == 1
    assert box.mails[-1]["subject"] == "Дайджест: 2 тревоги"
    first, second, end = box.texts()[-1].split("\n\n")
    assert first.startswith("Лавка 2:\n– Выручка выигранных сделок: 320 тыс. ₽ ")
    assert second.startswith("Лавка 1:\n– Выручка выигранных сделок: 320 тыс. ₽ ")
    assert end == f"Всего открыто тревог: 6.\nПосмотреть и ответить: {PUBLIC}/"
    assert names(shop.sends(channel)) == ["sent"] * 8
    assert shop.tell(channel).sent == 0


def test_a_new_week_has_a_budget_of_its_own(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    seven(shop)
    shop.time.at = MONDAY_AT_NINE
    shop.alarm(SHOPS[0], "average_won_deal")
    shop.notify()
    assert shop.tell(channel).sent == 7  # the five, the new one and the digest
    assert names(shop.sends(channel)) == ["sent"] * 8


def test_what_waited_and_is_over_is_told_as_a_number(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url, Locale.EN)
    alerts = seven(shop)
    shop.turn(alerts[0], Turn.RESOLVED, State.RESOLVED)
    shop.notify()
    shop.tell(channel)
    assert len(box.mails) == 5  # nobody was told of it, so its end is no news
    shop.time.at = MONDAY_AT_NINE
    shop.tell(channel)
    said = box.texts()[-1]
    assert "Лавка 2" in said
    assert "Лавка 1" not in said
    assert "1 that came up meanwhile is over already." in said
    assert "Open alerts in all: 6." in said


def test_nobody_is_woken_at_night_or_on_a_day_off(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    shop.time.at = datetime(2026, 11, 27, 17, tzinfo=UTC)  # Friday, eight in the evening
    shop.alarm(SHOPS[0])
    shop.notify()
    [send] = shop.sends(channel)
    assert send.due_at == MONDAY_AT_NINE
    assert shop.tell(channel).sent == 0
    shop.time.at = MONDAY_AT_NINE
    assert shop.tell(channel).sent == 1


def test_what_could_not_be_told_by_day_waits_for_the_morning(shop: Office) -> None:
    box = Mailbox()
    with box:
        channel = shop.open("mail", box.url)
    shop.alarm(SHOPS[0])
    shop.notify()
    assert shop.tell(channel).failed == 1
    shop.time.at = datetime(2026, 11, 23, 20, tzinfo=UTC)
    with box:
        assert shop.tell(channel).sent == 0
        assert shop.sends(channel)[0].due_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
        shop.time.at = datetime(2026, 11, 24, 6, tzinfo=UTC)
        assert shop.tell(channel).sent == 1


def test_a_digest_that_was_not_taken_stays_one_message(shop: Office) -> None:
    box = Mailbox()
    with box:
        channel = shop.open("mail", box.url)
        seven(shop)
        shop.tell(channel)
    shop.time.at = MONDAY_AT_NINE
    assert shop.tell(channel).failed == 1
    shop.time.go_on(hours=1)
    with box:
        assert shop.tell(channel).sent == 1
    assert box.mails[-1]["subject"] == "Дайджест: 2 тревоги"


def test_a_house_may_set_hours_and_number(shop: Office, box: Mailbox) -> None:
    set_up(shop, quiet_hours="none", alerts_per_week=0)
    channel = shop.open("mail", box.url)
    shop.time.at = datetime(2026, 11, 28, 23, tzinfo=UTC)
    shop.alarm(SHOPS[0])
    shop.notify()
    assert names(shop.sends(channel)) == ["held"]
    shop.time.at = MONDAY_AT_NINE
    shop.tell(channel)
    assert box.mails[0]["subject"] == "Дайджест: 1 тревога"


def test_a_channel_is_told_by_its_own_clock(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    with shop.services.database.transaction() as session:
        telling.ChannelStore(session).change(channel.id, zone="Asia/Vladivostok")
    shop.time.at = MONDAY_NOON  # seven in the evening there
    shop.alarm(SHOPS[0])
    shop.notify()
    assert shop.sends(channel)[0].due_at == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_what_another_alert_tells_is_not_told_and_not_escalated(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    events = ["opened", "worsened", "escalated"]
    shop.route(channel, events=events, escalates_after_days=1)
    cause, effect = shop.alarm(SHOPS[0], "sell_in"), shop.alarm(SHOPS[0], "net_sales")
    shop.notify()

    def told(alert: Alert) -> list[str]:
        return [one.event.value for one in shop.sends(channel) if one.alert_id == alert.id]

    weigh(shop, effect, 1.0, cause)
    shop.turn(effect, Turn.WORSENED)
    shop.time.go_on(days=2)
    shop.notify()
    wake(shop.services)
    assert (told(cause), told(effect)) == (["opened", "escalated"], ["opened"])

    weigh(shop, effect, 1.0)  # its cause is over
    with shop.services.database.transaction() as session:
        store = AlertStore(session)
        store.write(store.alert(effect.id), ChangeKind.UNCOVERED, shop.time())
    shop.notify()
    assert told(effect) == ["opened", "opened"]


def test_who_is_not_told_of_the_cause_is_told_of_what_it_covers_and_once(
    shop: Office, box: Mailbox
) -> None:
    """A route may take the effect alone; the cause is then no news there."""
    channel = shop.open("mail", box.url)
    shop.route(channel, kpi="net_sales")
    cause, effect = shop.alarm(SHOPS[0], "sell_in"), shop.alarm(SHOPS[0], "net_sales")
    weigh(shop, effect, 1.0, cause)
    shop.turn(effect, Turn.WORSENED)
    shop.notify()
    assert [one.event.value for one in shop.sends(channel)] == ["opened", "worsened"]
    weigh(shop, effect, 1.0)  # its cause is over
    with shop.services.database.transaction() as session:
        store = AlertStore(session)
        store.write(store.alert(effect.id), ChangeKind.UNCOVERED, shop.time())
    shop.notify()
    assert [one.event.value for one in shop.sends(channel)] == ["opened", "worsened"]
