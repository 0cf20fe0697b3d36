"""The address of a page of which a dataclass says what is shown; what is as ever is left out."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def address(path: str, wish: "DataclassInstance", changed: Mapping[str, Any], **called: str) -> str:
    """The address of a wish with some of it changed.

    Args:
        called: how a field is named in the address, where it is not named as itself.
    """
    plain = {one.name: one.default for one in fields(wish)}
    wanted = {**asdict(wish), **changed}
    told = {
        called.get(name, name): "1" if value is True else value
        for name, value in wanted.items()
        if value and value != plain[name]
    }
    return f"{path}{'?' if told else ''}{urlencode(told)}"
