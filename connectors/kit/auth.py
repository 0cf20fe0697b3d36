"""Ways to prove who we are to a CRM, each a header or two."""

from collections.abc import Mapping


def bearer(token: str) -> Mapping[str, str]:
    """A token in the Authorization header; refuses what no header can carry."""
    if not token:
        raise ValueError("the token is empty")
    if not token.isascii() or any(character.isspace() for character in token):
        raise ValueError("the token holds blanks or letters that no HTTP header can carry")
    return {"Authorization": f"Bearer {token}"}
