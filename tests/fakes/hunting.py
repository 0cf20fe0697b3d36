"""Looks for planted secrets wherever something is said."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson
import sqlalchemy as sa

from kam_sync.resealing import SEALED
from kam_sync.wiring import Services

_SEALED = {of.table for of in SEALED}
_BEGINNING = "gAAAAA"
"""Of all that we seal."""


@dataclass
class Hunt:
    """Secrets by what they are, and where they were found."""

    planted: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    """What stands before each of them."""
    looked: int = 0
    """How many characters were looked at."""

    def plant(self, what: str, secret: str) -> str:
        """One more secret to look for."""
        self.planted[what] = secret
        return secret

    def look(self, where: str, text: str) -> None:
        """Note which secrets stand in a text, plain or as links and headers write them."""
        self.looked += len(text)
        for what, secret in self.planted.items():
            for form in _forms(secret):
                if (at := text.find(form)) >= 0:
                    self.found.setdefault(f"{what} in {where}", text[max(0, at - 90) : at + 9])

    def look_at_tables(self, services: Services) -> None:
        """Note which secrets a dump of the database would give away."""
        tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        with services.database.transaction() as session:
            for name in session.scalars(sa.text(tables)).all():
                asked = sa.text(f'SELECT row_to_json(t)::text FROM "{name}" t')
                rows = session.scalars(asked).all()
                self.look(f"table {name}", "\n".join(rows))
                if name not in _SEALED and any(_BEGINNING in row for row in rows):
                    self.found[f"something sealed in table {name}"] = "list it in resealing.py"


def _forms(secret: str) -> Iterable[str]:
    raw = secret.encode()
    escaped = orjson.dumps(secret).decode().strip('"')
    return {secret, quote(secret, safe=""), escaped, *_within_base64(raw)}


def _within_base64(raw: bytes) -> set[str]:
    """What a secret looks like in base64 wherever it begins, without its uncertain ends."""
    return {b64encode(b"\0" * at + raw)[4 : -4 - at].decode() for at in range(3)}
