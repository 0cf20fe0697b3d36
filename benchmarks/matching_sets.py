"""The labelled sets that matching is measured on: records of two sides, and which are one."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

Row = Mapping[str, str]
Link = tuple[str, str]
"""The ids of two records; in a set without sides, the smaller first."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Records by id, and the pairs that are one."""

    left: Mapping[str, Row]
    right: Mapping[str, Row]
    """The same as the left ones where duplicates are sought within one file."""
    truth: frozenset[Link]

    @property
    def is_one_file(self) -> bool:
        """Whether duplicates are sought within one file."""
        return self.left is self.right


def company_names(data: Path) -> Labelled:
    """Names on an exchange and names at the SEC."""
    folder = data / "company_names"
    return Labelled(
        _read(folder / "crm_a.csv", "a_id"),
        _read(folder / "crm_b.csv", "b_id"),
        _links(folder / "matches.csv"),
    )


def ru_accounts(data: Path) -> Labelled:
    """Companies in an ERP and in a CRM."""
    return _ru(data, "account")


def ru_contacts(data: Path) -> Labelled:
    """People at these companies."""
    return _ru(data, "contact")


def febrl(data: Path, number: int) -> Labelled:
    """People with date of birth, insurance number and address; duplicates within one file."""
    rows = _read(data / "febrl" / f"dataset{number}.csv", "rec_id")
    of: dict[str, list[str]] = defaultdict(list)
    for key in sorted(rows):
        of[key.split("-")[1]].append(key)
    pairs = (pair for keys in of.values() for pair in combinations(keys, 2))
    return Labelled(rows, rows, frozenset(pairs))


def _ru(data: Path, noun: str) -> Labelled:
    folder = data / "ru_two_crms"
    return Labelled(
        _read(folder / f"{noun}s_a.csv", "id"),
        _read(folder / f"{noun}s_b.csv", "id"),
        _links(folder / f"{noun}_matches.csv"),
    )


def _read(file: Path, key: str) -> dict[str, Row]:
    with file.open(encoding="utf-8", newline="") as said:
        rows = csv.DictReader(said, skipinitialspace=True)
        return {row[key]: {name: value.strip() for name, value in row.items()} for row in rows}


def _links(file: Path) -> frozenset[Link]:
    with file.open(encoding="utf-8", newline="") as said:
        return frozenset((row["a_id"], row["b_id"]) for row in csv.DictReader(said))
