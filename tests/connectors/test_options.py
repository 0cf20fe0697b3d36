"""Options that make no sense are told in one plain sentence, in both languages."""

import pytest

from connectors import Credentials, spoken
from kam_sync.base.errors import WrongUse
from kam_sync.wiring import open_connector


@pytest.mark.parametrize(
    ("kind", "options", "english", "russian"),
    [
        ("bitrix24", {"leads": "maybe"}, "bitrix24: option leads: yes or no is needed",
         "bitrix24: опция leads: нужно yes или no"),
        ("bitrix24", {"lead": "yes"}, "there is no option lead (did you mean leads?); there are: ",
         "опции lead нет (может быть, leads?); есть: timezone, currency, "),
        ("bitrix24", {"batch": "99", "timezone": "Mars"}, "not a time zone such as Europe/Moscow; "
         "option batch: 50 at most", "такого часового пояса нет; нужен, например, Europe/Moscow; "
         "опция batch: не больше 50"),
        ("1c", {"sinc": "x"}, "(did you mean since?); there are: timezone, configuration",
         "field.SET.FIELD, only.SET, most_deleted_percent, webhooks, repair"),
        ("1c", {"since": "31.12"}, "option since: a day such as 2026-01-31 is needed",
         "опция since: нужен день, например 2026-01-31"),
        ("generic", {"most_deleted_percent": "x"}, "a number is needed", "нужно число"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_options_is_said_plainly(
    kind: str, options: dict[str, str], english: str, russian: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        open_connector(kind, Credentials("https://example.bitrix24.ru", "t", options))
    assert english in str(caught.value)
    assert russian in spoken(caught.value, "ru")


def test_what_an_account_says_itself_is_not_offered() -> None:
    for kind in ("amocrm", "bitrix24"):
        with pytest.raises(WrongUse) as caught:
            open_connector(kind, Credentials("https://x.example", "t", {"x": "y"}))
        assert "is_admin" not in str(caught.value)
