"""Lays out a map of accounts: the size of a tile is what it bought; in percent, as SVG has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import squarify

from kam_sync.kpi.health import band
from kam_sync.overseeing import Placed

_FORM = re.compile(r"^(ООО|АО|ПАО|НАО|ЗАО|ОАО|ИП)\s+")
_QUOTES = dict.fromkeys(map(ord, '«»"“”„'))
_CHARACTER = 8.2
"""How wide a character of a label is, with some room; in pixels, for its size is fixed."""
_MARGIN = 14
_LINE = 24
_TWO_LINES = 42
_LEAST_CHARACTERS = 4
_MOST_OTHERS = 0.25
"""All others together take no more of the map than this part, or nothing else could be seen."""


@dataclass(frozen=True, slots=True)
class Box:
    """How large a map is at the least, in pixels."""

    name: str
    width: int
    height: int
    most: int
    """So many accounts it shows."""


WIDE, NARROW = Box("wide", 900, 440, 60), Box("narrow", 330, 560, 24)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of the map; sides in percent of the map's."""

    placed: Placed | None
    """None for all others."""
    amount: Decimal
    band: str
    """good, fair, poor, unknown; others for all others."""
    x: str
    y: str
    width: str
    height: str
    label: str
    """As much of the name as fits; empty where nothing does."""
    has_figures: bool
    """Whether a second line fits."""


@dataclass(frozen=True, slots=True)
class Map:
    """A map of the largest accounts and one tile of all others."""

    box: Box
    tiles: Sequence[Tile]
    others: int
    is_cut: bool
    """The tile of all others is smaller than what they bought would be."""


def treemap(box: Box, largest: Sequence[Placed], accounts: int, others_name: str) -> Map:
    """Lay out the largest accounts, and what is left of all."""
    shown = largest[: box.most]
    amounts = [one.standing.amount for one in shown]
    left = shown[0].standing.total - sum(amounts, Decimal(0)) if shown else Decimal(0)
    others = accounts - len(shown)
    most = sum(map(float, amounts)) * _MOST_OTHERS / (1 - _MOST_OTHERS)
    sizes = [float(amount) for amount in amounts]
    tail = [min(float(left), most)] if others and left > 0 else []
    order = sorted(range(len(sizes) + len(tail)), key=lambda at: -[*sizes, *tail][at])
    areas = squarify.normalize_sizes([[*sizes, *tail][at] for at in order], box.width, box.height)
    sides = squarify.squarify(areas, 0, 0, box.width, box.height)
    tiles = []
    for at, side in zip(order, sides, strict=True):
        one = shown[at] if at < len(shown) else None
        name = _short(one.name) if one else others_name
        amount = one.standing.amount if one else left
        tiles.append(_tile(box, one, name, amount, side))
    return Map(box, tiles, others if tail else 0, bool(tail) and float(left) > most)


def _tile(box: Box, one: Placed | None, name: str, amount: Decimal, side: dict[str, float]) -> Tile:
    room = int((side["dx"] - _MARGIN) / _CHARACTER)
    label = ""
    if side["dy"] >= _LINE and room >= min(_LEAST_CHARACTERS, len(name)):
        label = name if len(name) <= room else name[: room - 1].rstrip() + "…"
    return Tile(
        one, amount, _band(one),
        f"{100 * side['x'] / box.width:.3f}%", f"{100 * side['y'] / box.height:.3f}%",
        f"{100 * side['dx'] / box.width:.3f}%", f"{100 * side['dy'] / box.height:.3f}%",
        label, bool(label) and side["dy"] >= _TWO_LINES and room >= 10,
    )  # fmt: skip


def _short(name: str) -> str:
    """A name without the legal form before it and without quotes: there is little room."""
    return _FORM.sub("", name).translate(_QUOTES).strip() or name


def _band(one: Placed | None) -> str:
    if one is None:
        return "others"
    return "unknown" if one.health is None else band(one.health).value
