"""The page on which an admin lets an integration into the account, or does not."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from connectors.sandbox.http import Response

_PAGE = """\
<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>Доступ к аккаунту</title></head>
<body><h1>Песочница amoCRM</h1>
<p>Интеграция {client} просит доступ к аккаунту {host}.</p>
<p><a id="allow" href="{allow}">Разрешить</a> <a id="refuse" href="{refuse}">Отказаться</a></p>
</body></html>
"""


def consent_page(client: str, host: str, allow: str, refuse: str) -> Response:
    """Two links, both back to the integration."""
    filled = {"client": client, "host": host, "allow": allow, "refuse": refuse}
    body = _PAGE.format_map({key: escape(value) for key, value in filled.items()})
    return Response(200, body.encode(), "text/html; charset=utf-8")


def with_query(address: str, parameters: Mapping[str, str]) -> str:
    """An address with parameters added to those that it has."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
