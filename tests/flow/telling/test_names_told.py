"""Names that somebody typed into a CRM, in messages: they call nobody and link nowhere."""

import json

from tests.fakes.listener import Listener
from tests.fakes.mailbox import Mailbox
from tests.fakes.office import Office
from tests.flow.telling.test_channels import BOT, box, shop, telegram

__all__ = ["box", "shop", "telegram"]

EVIL = "Evil\r\nBcc: all@example.com\x1b[2J @everyone <!channel> https://evil.example/x <b>*_[a](b)"


def test_a_name_from_a_crm_calls_nobody_links_nowhere_and_writes_no_header(
    shop: Office, box: Mailbox, telegram: Listener
) -> None:
    mail, chat = shop.open("mail", box.url), shop.open("chat", BOT)
    shop.rename("ООО Ромашка", EVIL)
    shop.alarm("ООО Ромашка")
    shop.notify()
    assert (shop.tell(mail).sent, shop.tell(chat).sent) == (1, 1)
    assert box.readers == ["olga@example.com"]
    assert box.mails[0]["bcc"] is None
    said = json.loads(telegram.posts[0].body)["text"]
    subject = str(box.mails[0]["subject"])
    for text in (box.texts()[0], subject, said):
        assert "Evil Bcc: all@" in text
        forbidden = ("\x1b", "@everyone", "all@example", "<!channel>", "://evil", "evil.example")
        assert [one for one in forbidden if one in text] == []
    assert "\r" not in subject
    assert "&lt;b&gt;" in said  # Telegram is spoken to in HTML
