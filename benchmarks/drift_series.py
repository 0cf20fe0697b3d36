"""The series that drift is looked for in: made-up panels with labels, and real ones."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kam_sync.drift.scale import Scale

SCALES = {
    "sell_in": Scale.LOG, "sell_out": Scale.LOG, "avg_check": Scale.LOG, "ltv": Scale.LOG,
    "stock_days": Scale.LOG, "orders": Scale.COUNT, "active_sku": Scale.COUNT,
    "overdue_share": Scale.SHARE, "plan_pct": Scale.PLAIN, "margin_pct": Scale.PLAIN,
    "dso_days": Scale.PLAIN, "nps": Scale.PLAIN,
}  # fmt: skip
_MONTHS, _LEAST_MONTHS, _HISTORY = 24, 18, 12


@dataclass(frozen=True, slots=True)
class Drift:
    """A drift that is to be found."""

    start: int
    """The first column of the test zone that has it."""
    is_big: bool
    """A step of three sigmas or more, or a collapse."""
    event: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Series of one grain whose last columns are the test zone."""

    values: Any
    """(rows, periods), NaN where none is."""
    scales: Sequence[Scale]
    groups: Sequence[str]
    zone: int
    drifts: dict[int, Drift] = field(default_factory=dict)
    """By row."""
    spikes: set[tuple[int, int]] = field(default_factory=set)
    """(row, column of the zone) of one-off outliers."""

    def cut(self, history: int) -> "Panel":
        """The same with so many columns before the test zone."""
        values = self.values[:, -self.zone - history :]
        return Panel(values, self.scales, self.groups, self.zone, self.drifts, self.spikes)


def made_up(folder: Path, grain: str, zone: int) -> Panel:
    """The panel of a grain: monthly, weekly or daily."""
    points = list(_rows(folder / f"{grain}.csv.gz"))
    keys = sorted({(row["kam"], row["kpi"], int(row["account"])) for row in points})
    rows = {key: number for number, key in enumerate(keys)}
    periods = max(int(row["index"]) for row in points) + 1
    values = np.full((len(keys), periods), np.nan)
    for row in points:
        values[rows[row["kam"], row["kpi"], int(row["account"])], int(row["index"])] = row["value"]
    drifts, spikes = {}, set()
    with (folder / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            start = int(row["start"]) - (periods - zone)
            if row["freq"] != grain or start < 0:
                continue
            at = rows[row["kam"], row["kpi"], int(row["account"])]
            if row["event"] == "spike":
                spikes.add((at, start))
            elif row["is_drift"] == "1":
                size = abs(float(row["size_sigma"] or "inf"))
                is_big = row["event"] == "collapse" or (row["event"] == "step" and size >= 3)
                drifts[at] = Drift(start, is_big, row["event"])
    scales = [SCALES[kpi] for _, kpi, _ in keys]
    return Panel(values, scales, [f"{kam} {kpi}" for kam, kpi, _ in keys], zone, drifts, spikes)


def retail(path: Path) -> Panel:
    """What accounts of a wholesaler bought in 24 whole months: amount, orders and mean order.

    Accounts that ordered in 18 of them or more, in groups of ten as they come; a month without
    orders is 0, and no mean. What drifts of their own they have is not known: there are no labels.
    """
    amounts: dict[str, Any] = defaultdict(lambda: np.zeros(_MONTHS))
    orders: dict[str, Any] = defaultdict(lambda: np.zeros(_MONTHS))
    for row in _rows(path):
        month = (int(row["ts"][:4]) - 2009) * 12 + int(row["ts"][5:7]) - 12
        if month < _MONTHS and float(row["gross_amount"]) > 0:
            amounts[row["customer_id"]][month] += float(row["gross_amount"])
            orders[row["customer_id"]][month] += 1
    steady = [one for one in sorted(orders) if (orders[one] > 0).sum() >= _LEAST_MONTHS]
    kinds = {
        "amount": (Scale.LOG, [amounts[one] for one in steady]),
        "orders": (Scale.COUNT, [orders[one] for one in steady]),
        "mean": (Scale.LOG, [
            amounts[one] / np.where(orders[one] > 0, orders[one], np.nan) for one in steady
        ]),
    }  # fmt: skip
    values, scales, groups = [], [], []
    for name, (scale, found) in kinds.items():
        values += found
        scales += [scale] * len(found)
        groups += [f"{name} {number // 10}" for number in range(len(found))]
    return Panel(np.array(values), scales, groups, _MONTHS - _HISTORY)


def injected(panel: Panel) -> Panel:
    """The same with a fall or rise by half in every second series that has no labels.

    The others may have drifts of their own, which are then taken for false alarms.
    """
    made = np.random.default_rng(1)
    values, drifts = panel.values.copy(), {}
    for row in range(0, len(values), 2):
        start = int(made.integers(0, panel.zone - 3))
        values[row, values.shape[1] - panel.zone + start :] *= made.choice([0.5, 2.0])
        drifts[row] = Drift(start, is_big=False, event="step")
    if (counts := np.array(panel.scales) == Scale.COUNT).any():
        values[counts] = np.round(values[counts])
    return Panel(values, panel.scales, panel.groups, panel.zone, drifts)


def m3(path: Path, zone: int = 12, history: int = 36) -> Panel:
    """The last 48 months of real series of many kinds, each a group of its own, without labels."""
    series: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in _rows(path):
        series[row["series"]].append((int(row["index"]), float(row["value"])))
    whole = {name: sorted(found) for name, found in series.items() if len(found) >= zone + history}
    values = [[value for _, value in found][-zone - history :] for found in whole.values()]
    return Panel(np.array(values), [Scale.LOG] * len(values), list(whole), zone)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(file)
