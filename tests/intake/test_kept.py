"""A record as the CRM sent it is shown without what opens something."""

import pytest

from kam_sync.intake.kept import without_secrets


@pytest.mark.parametrize(
    "name",
    [
        "access_token", "client_secret", "password", "pwd", "API-key", "api key", "Bearer",
        "cookie", "session_id", "signature", "hash", "Пароль от портала", "Ключ API",
    ],
)  # fmt: skip
def test_what_is_called_like_a_secret_is_hidden(name: str) -> None:
    assert without_secrets({name: "s3cr3t", "price": 5}) == {name: "…", "price": 5}
    field = {"field_name": name, "values": [{"value": "s3cr3t"}]}
    assert without_secrets([field]) == [{"field_name": name, "values": "…"}]


def test_all_else_is_shown_as_it_came() -> None:
    said = {"name": "Ключевой клиент", "hashtag": "осень", "values": [{"value": None}]}
    assert without_secrets(said) == said
