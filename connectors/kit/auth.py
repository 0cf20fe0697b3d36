"""Ways to prove who we are to a CRM: a header or two, or a field of each body."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from connectors.kit.contract import Credentials

_BASIC = "Basic "
_SHORTEST = 6
"""What is shorter is no secret, and stands in answers by chance."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is sent with each request, and who gives another one when it is refused."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands in each body of JSON."""
    renew: "Callable[[], Proof] | None" = None
    hidden: tuple[str, ...] = field(default=(), repr=False)
    """Secrets that are sent in another way, as in an address."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that an answer may repeat, and nobody is to read there."""
        sent = [*self.headers.values(), *self.fields.values()]
        words = [*self.hidden, *(value.rpartition(" ")[2] for value in sent)]
        words += [word for value in sent for word in _of_basic(value)]
        return tuple(word for word in words if len(word) >= _SHORTEST)

    @classmethod
    def by(cls, credentials: Credentials, proof: "Callable[[str], Proof]") -> Self:
        """The proof that is made of a token, and of the next one where access can be renewed."""
        token, renew = credentials.token, credentials.renew
        first = proof(token)
        if renew is None:
            return cls(first.headers, first.fields, hidden=first.hidden)

        def another() -> Proof:
            nonlocal token
            token = renew(token)
            return proof(token)

        return cls(first.headers, first.fields, another, first.hidden)


def bearer(token: str) -> Proof:
    """A token in the Authorization header; refuses what no header can carry."""
    return header("Authorization", "Bearer ", token)


def header(name: str, before: str, token: str) -> Proof:
    """A token in a header of that name; refuses what no header can carry."""
    if not token:
        raise ValueError("the token is empty")
    if not token.isascii() or any(character.isspace() for character in token):
        raise ValueError("the token holds blanks or letters that no HTTP header can carry")
    return Proof({name: f"{before}{token}"})


def basic(token: str) -> Proof:
    """A user and a password, given as "user:password", in letters of any alphabet."""
    user, colon, _ = token.partition(":")
    if not user or not colon:
        raise ValueError("the token has to be a user and a password: user:password")
    return Proof({"Authorization": f"{_BASIC}{b64encode(token.encode()).decode()}"})


def in_body(name: str) -> Callable[[str], Proof]:
    """A token in that field of each body."""

    def proof(token: str) -> Proof:
        if not token:
            raise ValueError("the token is empty")
        return Proof(fields={name: token})

    return proof


def _of_basic(value: str) -> tuple[str, ...]:
    """User and password of a header, and the password alone."""
    if not value.startswith(_BASIC):
        return ()
    both = b64decode(value.removeprefix(_BASIC)).decode()
    return both, both.partition(":")[2]
