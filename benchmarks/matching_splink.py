"""Splink over the same records, for comparison: DuckDB, columns folded by the house, weights by EM.

Its model is trained without the labels; its threshold is the one that fits the labels best, so it
can only do worse elsewhere. Comparisons and blocking are those that its documentation advises.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.matching_scores import Score, best
from benchmarks.matching_sets import Labelled, Link, Row
from kam_sync.matching.features import Said, features
from kam_sync.matching.names import company_name, person_name
from kam_sync.matching.people import person

Columns = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Model:
    """How Splink is told to compare one kind of records."""

    columns: Callable[[Row], Columns]
    comparisons: Sequence[Any]
    blocks: Sequence[Sequence[str]]
    """Columns that are equal in pairs that are looked at."""
    trains: Sequence[Sequence[str]]
    """Columns that are equal in pairs that each round of EM looks at."""
    sure: Sequence[Sequence[str]]
    """Columns that are equal in hardly any pair but true ones; how many there may be is told."""
    recall: float
    """What share of the true pairs these find, as far as one knows."""


def splink(of: Labelled, model: Model) -> Score:
    """Train, predict, and take the best threshold."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI()
    sides = [of.left] if of.is_one_file else [of.left, of.right]
    settings = SettingsCreator(
        link_type="dedupe_only" if of.is_one_file else "link_only",
        comparisons=list(model.comparisons),
        blocking_rules_to_generate_predictions=[block_on(*block) for block in model.blocks],
        retain_matching_columns=False,
    )
    tables = [
        api.register(_table(side, model), table_name=f"side_{number}")
        for number, side in enumerate(sides)
    ]
    linker = Linker(tables, settings, log_level=logging.ERROR)
    training = linker.training
    sure = [block_on(*columns) for columns in model.sure]
    training.estimate_probability_two_random_records_match(sure, recall=model.recall)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for columns in model.trains:
        training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), record_sample_proportion=1.0
        )
    found = linker.inference.predict(threshold_match_weight=-10).as_pyarrow_table()
    ends = zip(found["unique_id_l"].to_pylist(), found["unique_id_r"].to_pylist(), strict=True)
    weights = found["match_weight"].to_pylist()
    pairs = {
        _in_order(of, one, other): weight
        for (one, other), weight in zip(ends, weights, strict=True)
    }
    return best(pairs, of.truth)


def _in_order(of: Labelled, one: str, other: str) -> Link:
    is_turned = one > other if of.is_one_file else one not in of.left
    return (other, one) if is_turned else (one, other)


def _table(rows: Mapping[str, Row], model: Model) -> pa.Table:
    made = [{"unique_id": key, **model.columns(row)} for key, row in rows.items()]
    names = list(made[0])
    return pa.table({name: pa.array([row[name] or None for row in made], pa.string())
                     for name in names})  # fmt: skip


def _name(row: Row) -> Columns:
    name = company_name(row["name"])
    return {
        "name": " ".join(name.core), "flat": name.flat, "first": name.core[0],
        "head": name.flat[:5],
    }  # fmt: skip


def _company(row: Row) -> Columns:
    found = features(Said(row["name"], inn=row["inn"], phones=[row["phone"]], website=row["site"],
                          city=row["city"], address=row["address"]))  # fmt: skip
    return {
        **_name(row), "inn": found.inn, "phone": min(found.phones, default=None),
        "site": min(found.domains, default=None), "city": found.city,
        "address": " ".join(sorted(found.address)),
    }  # fmt: skip


def _contact(row: Row) -> Columns:
    found = person("", phones=[row["phone"]], emails=[row["email"]])
    last, first = person_name(row["last_name"]), person_name(row["first_name"])
    return {
        "last": last.flat, "first": first.flat, "initial": first.flat[:1],
        "email": min(found.emails, default=None), "phone": min(found.phones, default=None),
    }  # fmt: skip


def _citizen(row: Row) -> Columns:
    return {name: row[name] for name in row if name != "rec_id"}


def _tf(comparison: Any) -> Any:
    return comparison.configure(term_frequency_adjustments=True)


NAMES = Model(
    columns=_name,
    comparisons=[_tf(compare.JaroWinklerAtThresholds("flat", [0.97, 0.93, 0.88])),
                 _tf(compare.ExactMatch("first"))],
    blocks=[["first"], ["head"], ["flat"]],
    trains=[["head"], ["flat"]],
    sure=[["flat"]],
    recall=0.9,
)  # fmt: skip
ACCOUNTS = Model(
    columns=_company,
    comparisons=[
        _tf(compare.JaroWinklerAtThresholds("flat", [0.97, 0.93, 0.88])),
        compare.DamerauLevenshteinAtThresholds("inn", [1]),
        _tf(compare.ExactMatch("phone")),
        _tf(compare.ExactMatch("site")),
        _tf(compare.ExactMatch("city")),
        _tf(compare.JaroWinklerAtThresholds("address", [0.95])),
    ],
    blocks=[["inn"], ["phone"], ["site"], ["flat"], ["head"], ["first"], ["city", "address"]],
    trains=[["inn"], ["flat"], ["phone"]],
    sure=[["inn"], ["phone", "flat"]],
    recall=0.7,
)
CONTACTS = Model(
    columns=_contact,
    comparisons=[
        _tf(compare.JaroWinklerAtThresholds("last", [0.95, 0.88])),
        _tf(compare.JaroWinklerAtThresholds("first", [0.95, 0.7])),
        _tf(compare.ExactMatch("email")),
        _tf(compare.ExactMatch("phone")),
    ],
    blocks=[["email"], ["phone"], ["last", "initial"]],
    trains=[["email"], ["phone"], ["last", "first"]],
    sure=[["email"], ["phone"]],
    recall=0.7,
)
FEBRL = Model(
    columns=_citizen,
    comparisons=[
        _tf(compare.JaroWinklerAtThresholds("given_name", [0.95, 0.88])),
        _tf(compare.JaroWinklerAtThresholds("surname", [0.95, 0.88])),
        compare.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        compare.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        compare.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        compare.ExactMatch("street_number"),
        compare.JaroWinklerAtThresholds("address_1", [0.9]),
        compare.JaroWinklerAtThresholds("suburb", [0.9]),
    ],
    blocks=[["soc_sec_id"], ["date_of_birth"], ["surname", "postcode"], ["given_name", "postcode"],
            ["address_1"], ["given_name", "surname"], ["suburb", "surname"],
            ["suburb", "given_name"]],
    trains=[["date_of_birth"], ["soc_sec_id"]],
    sure=[["soc_sec_id"], ["date_of_birth", "surname"]],
    recall=0.9,
)  # fmt: skip
