"""People are told of alerts where they work: by a real mail server, and by a Telegram of ours."""

import json
from collections.abc import Iterator

import pytest
from apprise.plugins.telegram import NotifyTelegram

from kam_sync.base.settings import Locale
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
        "ООО Ромашка. Выручка выигранных сделок: 320 тыс. ₽ в месяц вместо обычных 610 тыс. ₽, "
        f"с сентября 2026.\nПосмотреть и ответить: {PUBLIC}/alerts/{alert.id}"
    ]
    assert names(shop.sends(channel)) == ["sent"]
    assert shop.tell(channel).sent == 0  # once


def test_telegram_is_told_in_english(shop: Office, telegram: Listener) -> None:
    channel = shop.open("chat", BOT, Locale.EN)
    alert = shop.alarm("ООО Ромашка")
    shop.notify()
    assert shop.tell(channel).sent == 1
    (post,) = telegram.posts
    said = json.loads(post.body)
    assert post.path == "/bot123456789:abcdefg_hijklmnop_qrstuv-wxyz0123/sendMessage"
    assert str(said["chat_id"]) == "-1001234567"
    assert f"{PUBLIC}/alerts/{alert.id}" in said["text"]
    assert "RUB" in said["text"]
