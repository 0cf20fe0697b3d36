"""A form body as PHP writes and reads it: `leads[add][0][id]=1`, every value a text."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus


def encode(tree: Mapping[str, Any]) -> bytes:
    """Nested mappings and lists as one body; what is empty has no key at all."""
    pairs = (pair for name, value in tree.items() for pair in _flat(name, value))
    return "&".join(
        f"{quote_plus(key, safe='[]')}={quote_plus(value)}" for key, value in pairs
    ).encode()


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _flat(f"{key}[{name}]", inner)
        case list():
            for place, inner in enumerate(value):
                yield from _flat(f"{key}[{place}]", inner)
        case None:
            yield key, ""
        case bool():
            yield key, str(int(value))
        case _:
            yield key, str(value)
