"""Places in the form that is compared: the city in one word, street and house without the rest.

Nothing is guessed: an address names a city only by its mark ("г. Самара", "Самара г"), and one that
names no house says nothing.
"""

import re
from functools import lru_cache

from kam_sync.matching.names import folded
from kam_sync.matching.words import CITIES

_MARK = r"(?:г|гор|город|city)"
_MARKED = re.compile(rf"{_MARK}(?:\.\s*|\s+)(?P<before>\D+)|(?P<behind>\D+?)\s+{_MARK}\.?", re.I)
_STREETS = "ул|улица|пр|пр-т|просп|проспект|пер|переулок|пл|площадь|шоссе|ш|наб|б-р|бульвар|мкр"
_ENDS = re.compile(rf"[,;()\n]|\s(?=(?:{_STREETS}|д|дом)\b)", re.I)
_TWO_WORDS = re.compile(r"\w+(?:ий|ый|ой|ая|ые|ие|ое|ые|ев|ин)\s+[\w-]+", re.I)
"""Нижний Новгород, Набережные Челны, Сергиев Посад; of others the second word is a street's."""
_ROOM = re.compile(
    r"\b(?:оф|офис|кв|квартира|пом|помещение|ком|комната|каб|эт|этаж|office)\b[\W_]*(\w+)", re.I
)
_AROUND = re.compile(
    r"россия|рф|российская\s+федерация|russia|\d{5,6}"
    r"|.*\b(?:обл|область|край|респ|республика|р-н|район|округ|ао)\b.*",
    re.I,
)
"""What stands before the city: country, postcode, region, district."""
_FREE = frozenset(
    folded(
        f"{_STREETS.replace('|', ' ')} т б р набережная микрорайон г гор город "
        "д дом no n стр строение корп корпус street st avenue ave road rd"
    )
)
_OTHERS = {"".join(folded(other)): "".join(folded(name)) for other, name in CITIES.items()}


@lru_cache(maxsize=50_000)
def city(said: str | None, address: str | None = None) -> str:
    """The city in one folded word: as it is said, else as the address plainly names it."""
    plain = _named(said)
    if plain is None and said:
        plain = said
    return _folded_city(plain or _named(address) or "")


@lru_cache(maxsize=50_000)
def street_and_house(address: str | None) -> frozenset[str]:
    """The words and numbers of street, house and room; none where it names no house."""
    pieces = (piece.strip(" .") for piece in _ENDS.split(_ROOM.sub(r" o\1 ", address or "")))
    own = (folded(piece) for piece in pieces if not _AROUND.fullmatch(piece))
    words = [found for all_ in own if (found := [word for word in all_ if word not in _FREE])]
    house = next((place for place, all_ in enumerate(words) if any(map(_is_house, all_))), 0)
    if words and not any(map(str.isalpha, words[house])):  # the street stands before it
        house = max(house - 1, 0)
    told = frozenset(word for all_ in words[house:] for word in all_)
    is_whole = any(map(str.isalpha, told)) and any(map(_is_house, told))
    return told if is_whole else frozenset()


def _is_house(word: str) -> bool:
    return word[:1].isdigit()


def _named(address: str | None) -> str | None:
    """The one city that is marked as such; None when there is none, or several."""
    pieces = _ENDS.split(address or "")
    found = {_folded_city(name): name for piece in pieces if (name := _city_of(piece))}
    return next(iter(found.values())) if len(found) == 1 else None


def _city_of(piece: str) -> str | None:
    marked = _MARKED.fullmatch(piece.strip(" ."))
    name = (marked["before"] or marked["behind"]).strip() if marked else ""
    is_one = len(name.split()) == 1 or _TWO_WORDS.fullmatch(name)
    return name if name and is_one else None


def _folded_city(name: str) -> str:
    flat = "".join(word for word in folded(name) if word not in _FREE)
    return _OTHERS.get(flat, flat)
