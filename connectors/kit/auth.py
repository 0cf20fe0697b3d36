"""Ways to prove who we are to a CRM, each a header or two."""

from collections.abc import Callable, Mapping

from connectors.kit.contract import Credentials


def bearer(token: str) -> Mapping[str, str]:
    """A token in the Authorization header; refuses what no header can carry."""
    if not token:
        raise ValueError("the token is empty")
    if not token.isascii() or any(character.isspace() for character in token):
        raise ValueError("the token holds blanks or letters that no HTTP header can carry")
    return {"Authorization": f"Bearer {token}"}


def renewing(credentials: Credentials) -> Callable[[], Mapping[str, str]] | None:
    """What gives the headers of the next token when one is refused; None where there is none."""
    renew, token = credentials.renew, credentials.token
    if renew is None:
        return None

    def next_headers() -> Mapping[str, str]:
        nonlocal token
        token = renew(token)
        return bearer(token)

    return next_headers
