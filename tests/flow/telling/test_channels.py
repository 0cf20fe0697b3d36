"""People are told of alerts where they work: by a real mail server, and by a Telegram of ours."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from apprise.plugins.telegram import NotifyTelegram

from kam_sync import channelling, telling
from kam_sync.alerts.life import Outcome, State, Turn
from kam_sync.base.settings import Locale
from kam_sync.jobs.attending import attending
from kam_sync.notify.channel import Channel, SendState, Tried
from kam_sync.notify.store import SendStore
from kam_sync.wiring import Services
from tests.fakes.listener import Listener
from tests.fakes.mailbox import Mailbox
from tests.fakes.office import PUBLIC, Office, names, office

BOT = "tgram://123456789:abcdefg_hijklmnop_qrstuv-wxyz0123/-1001234567"


@pytest.fixture
def shop(services: Services) -> Office:
    return office(services)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """What stands for api.telegram.org."""
    with Listener(answer=b'{"ok": true, "result": {}}') as ear:
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{ear.url}/bot")
        yield ear


def test_an_alert_comes_by_e_mail_with_a_number_a_reason_and_a_link(
    shop: Office, box: Mailbox
) -> None:
    channel = shop.open("mail", box.url)
    alert = shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(channel).sent == 1
    (mail,) = box.mails
    assert mail["subject"] == "ООО Ромашка: Выручка выигранных сделок"
    assert mail.get_content_type() == "text/plain"
    assert box.readers == ["olga@example.com"]
    assert box.texts() == [
        "ООО Ромашка – Выручка выигранных сделок: 320 тыс. ₽ за октябрь 2026 вместо "
        "обычных 610 тыс. ₽, с сентября 2026.\nУзнайте у клиента, что изменилось.\n"
        f"Посмотреть и ответить: {PUBLIC}/alerts/{alert.id}"
    ]
    assert names(shop.sends(channel)) == ["sent"]
    assert shop.tell(channel).sent == 0  # once


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (Locale.RU, "ООО Ромашка – Выручка выигранных сделок: 320 тыс. ₽ за октябрь 2026"),
        (Locale.EN, "ООО Ромашка – Won revenue: RUB 320K in October 2026 instead of"),
    ],
)
def test_telegram_is_told_in_the_language_of_the_channel(
    shop: Office, telegram: Listener, locale: Locale, says: str
) -> None:
    channel = shop.open("chat", BOT, locale)
    alert = shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(channel).sent == 1
    (post,) = telegram.posts
    said = json.loads(post.body)
    assert post.path == "/bot123456789:abcdefg_hijklmnop_qrstuv-wxyz0123/sendMessage"
    assert str(said["chat_id"]) == "-1001234567"
    assert says in said["text"].replace("\N{NO-BREAK SPACE}", " ")
    assert f"{PUBLIC}/alerts/{alert.id}" in said["text"]


def test_a_bot_that_is_not_let_in_says_so_without_its_token(
    shop: Office, telegram: Listener
) -> None:
    telegram.statuses.append(401)
    channel = shop.open("chat", BOT)
    shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(channel).failed == 1
    assert shop.sends(channel)[0].error == "not taken: HTTP 401"
    shop.time.go_on(minutes=1)
    assert shop.tell(channel).sent == 1


def test_mattermost_is_told(shop: Office) -> None:
    with Listener() as ear:
        channel = shop.open(
            "chat", f"{ear.url.replace('http', 'mmost')}/abcdefghijk1234567890abcde"
        )
        alert = shop.alarm("ООО Ромашка")
        shop.notify()
        assert shop.tell(channel).sent == 1
    (post,) = ear.posts
    assert post.path == "/hooks/abcdefghijk1234567890abcde"
    assert f"{PUBLIC}/alerts/{alert.id}" in json.loads(post.body)["text"]


def test_a_name_with_signs_and_lines_is_told_as_it_is(
    shop: Office, box: Mailbox, telegram: Listener
) -> None:
    mail, chat = shop.open("mail", box.url), shop.open("chat", BOT)
    shop.rename("ООО Ромашка", "Ромашка <b>&\nBcc: evil@example.com")
    shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(mail).sent == shop.tell(chat).sent == 1
    subject = box.mails[0]["subject"].replace("\N{WORD JOINER}", "")
    assert subject.startswith("Ромашка <b>& Bcc: evil@example.com: ")
    assert box.readers == ["olga@example.com"]
    assert "Ромашка &lt;b&gt;&amp; Bcc" in json.loads(telegram.posts[0].body)["text"]


def test_news_of_one_account_come_together_and_of_another_apart(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url, Locale.EN)
    first = shop.alarm("ООО Ромашка")
    shop.alarm("ООО Ромашка", "average_won_deal", observed=2)
    shop.alarm("ООО Лютик")
    shop.time.go_on(minutes=1)
    shop.turn(first, Turn.WORSENED)
    shop.notify()
    assert shop.tell(channel).sent == 2
    subjects = [mail["subject"] for mail in box.mails]
    assert subjects == ["ООО Ромашка: 3 pieces of news", "ООО Лютик: Won revenue"]
    lines = box.texts()[0].splitlines()
    assert lines[0] == "ООО Ромашка:"
    assert lines[1].startswith("– Won revenue: RUB 320K in October 2026 instead of")
    assert lines[3].startswith("– Much worse. Won revenue")
    assert lines[4] == f"Look and answer: {PUBLIC}/accounts/{first.account_id}"
    assert names(shop.sends(channel)) == ["sent"] * 4


def test_what_ends_is_told_as_it_ended(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    alert = shop.alarm("ООО Ромашка", observed=600_000)
    shop.turn(alert, Turn.RESOLVED, State.RESOLVED)
    with attending(shop.services, "Ольга") as acting:
        other = shop.alarm("ООО Лютик")
        acting.resolve(other.id, Outcome.FALSE)
    shop.notify()
    shop.tell(channel)
    ended, closed = (text.splitlines()[2] for text in box.texts())
    assert ended.endswith(
        "Закончилось. Выручка выигранных сделок: снова 600 тыс. ₽, обычно 610 тыс. ₽."
    )
    assert closed.endswith("закрыл(а) Ольга.")


def test_routes_say_who_is_told_and_the_head_hears_all(shop: Office, box: Mailbox) -> None:
    olga, head = shop.open("olga", box.url), shop.open("head", box.url)
    shop.route(olga, owner="olga@example.com")
    shop.route(olga, owner="sales:7", kpi="won_revenue")  # the same once more
    shop.route(head, events=["opened"])
    for account in ("ООО Ромашка", "ООО Лютик", "ООО Мята"):
        shop.alarm(account)
    shop.notify()
    assert [len(shop.sends(one)) for one in (olga, head)] == [1, 3]
    shop.notify()  # once more is not twice
    assert [len(shop.sends(one)) for one in (olga, head)] == [1, 3]


def test_a_dead_channel_loses_nothing_and_goes_on_when_it_is_back(shop: Office) -> None:
    box = Mailbox()
    with box:
        channel = shop.open("mail", box.url)
    shop.alarm("ООО Ромашка")
    shop.alarm("ООО Лютик")
    shop.notify()
    for minutes in (1, 5, 15):
        assert shop.tell(channel).failed == 1
        assert shop.tell(channel).failed == 0  # it rests
        shop.time.go_on(minutes=minutes)
    assert names(shop.sends(channel)) == ["waiting", "waiting"]
    assert shop.incidents() == ["channel_dead"]
    stands = shop.standing(channel)
    assert (stands.failures, stands.last_error) == (3, "not reached: Connection refused")
    shop.time.go_on(days=5)
    assert shop.tell(channel).failed == 1
    with box:
        shop.time.go_on(hours=2)
        assert shop.tell(channel).sent == 2
    assert names(shop.sends(channel)) == ["sent", "sent"]
    assert (shop.incidents(), shop.incidents(is_open=False)) == ([], ["channel_dead"])


def test_what_a_crash_cuts_off_is_sent_again_and_never_lost(
    shop: Office, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = shop.open("mail", box.url)
    shop.alarm("ООО Ромашка")
    shop.notify()
    with monkeypatch.context() as power:
        power.setattr(telling, "note", cut)
        with pytest.raises(PowerCut):
            shop.tell(channel)
    assert names(shop.sends(channel)) == ["waiting"]
    assert shop.tell(channel).sent == 1
    assert len(box.mails) == 2


def test_a_paused_channel_is_told_later(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    with shop.services.database.transaction() as session:
        channelling.pause(session, "mail")
    shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(channel).sent == 0
    with shop.services.database.transaction() as session:
        channelling.resume(session, "mail", shop.time())
    assert shop.tell(channel).sent == 1


def test_what_is_held_is_told_together_when_its_time_comes(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url, Locale.EN)
    shop.alarm("ООО Ромашка")
    shop.notify()
    at = shop.time() + timedelta(hours=8)
    with shop.services.database.transaction() as session:
        ids = [one.id for one in shop.sends(channel)]
        SendStore(session).note(ids, state=SendState.HELD, due_at=at)
    shop.time.go_on(hours=7)
    shop.alarm("ООО Ромашка", "average_won_deal")
    assert shop.tell(channel).sent == 0
    shop.time.go_on(hours=1)
    shop.notify()
    assert shop.tell(channel).sent == 1
    assert box.mails[0]["subject"] == "ООО Ромашка: 2 pieces of news"


def test_a_mail_that_alone_is_refused_is_given_up_and_sent_again_by_hand(
    shop: Office, box: Mailbox
) -> None:
    channel = shop.open("mail", box.url)
    shop.alarm("ООО Ромашка")
    shop.notify()
    box.refusal = "554 not this one"
    for _ in range(2):
        assert shop.tell(channel).failed == 1
        shop.time.go_on(hours=1)
    assert shop.sends(channel)[0].error == "not taken: the mail server answers 554"
    works_meanwhile(shop, channel)
    shop.time.go_on(days=3)
    assert shop.tell(channel).failed == 1
    assert names(shop.sends(channel)) == ["given_up"]
    box.refusal = ""
    with shop.services.database.transaction() as session:
        assert channelling.again(session, "mail", shop.time()) == 1
    works_meanwhile(shop, channel)
    assert shop.tell(channel).sent == 1


def test_nobody_answered_so_the_head_is_told_once(shop: Office, box: Mailbox) -> None:
    head = shop.open("head", box.url)
    shop.route(head, events=["escalated"], escalates_after_days=3)
    alert = shop.alarm("ООО Ромашка")
    answered = shop.alarm("ООО Лютик")
    with attending(shop.services, "Пётр") as acting:
        acting.acknowledge(answered.id)
    shop.notify()
    telling.escalate(shop.services)
    assert shop.sends(head) == []
    shop.time.go_on(days=3)
    for _ in range(2):
        telling.escalate(shop.services)
        shop.notify()
    assert [one.alert_id for one in shop.sends(head)] == [alert.id]
    shop.tell(head)
    assert box.mails[0]["subject"].endswith("– никто не ответил")


class PowerCut(Exception):
    """The process ends."""


def cut(*_: object) -> None:
    raise PowerCut


def works_meanwhile(shop: Office, channel: Channel) -> None:
    """The channel takes something else."""
    telling.note(shop.services, channel.id, [], Tried())
