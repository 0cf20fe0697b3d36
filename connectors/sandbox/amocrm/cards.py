"""The page on which a person sees a record in amoCRM: here its name alone.

The real one asks for a password first; nobody needs one to look into a sandbox.
"""

import re
from html import escape

from connectors.sandbox.amocrm.books import Books
from connectors.sandbox.http import Response, html

_PATH = re.compile(r"/(leads|contacts|companies|customers)/detail/(\d{1,18})")
_PAGE = """\
<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>{name}</title></head>
<body><h1>{name}</h1><p>Песочница amoCRM</p></body></html>
"""


def card(books: Books, path: str) -> Response | None:
    """The card at a path; None for all other paths."""
    asked = _PATH.fullmatch(path)
    if asked is None:
        return None
    noun, id_ = asked[1], int(asked[2])
    row = books.find(noun, id_)
    if row is None:
        return html(404, "404 Not Found")
    body = _PAGE.format(name=escape(row.get("name") or ""))
    return Response(200, body.encode(), "text/html; charset=utf-8")
