"""How well drifts are found, on made-up panels with labels and on real series, beside known ways.

    .venv/bin/python -m benchmarks.drift_quality --check

Ours goes period by period: what it says of one is learned from older ones, as in the product; its
thresholds are constants of the code. The others get the threshold that gives the same share of
false alarms on these very panels, which is more than they could know. Strict counts an alarm on a
one-off outlier as false, lenient does not. The sections, for `--only`:

    monthly weekly daily    made-up panels, with so many periods of history
    real                    accounts of a wholesaler and M3: how many points are alarmed, as they
                            have no labels an upper bound for false alarms; and how many of their
                            series are found within 3 months when every second is changed by half
    speed                   120 series, and 120,000 of 36 points, with memory

`--check` ends with 1 when a bar is missed. It takes some three minutes on 2 cores.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import drift_plain, drift_series
from benchmarks.drift_scores import RULES, Quality, quality, threshold_for
from benchmarks.drift_series import Panel
from kam_sync.drift.grains import DAY, MONTH, WEEK, Grain
from kam_sync.drift.scale import Scale
from kam_sync.drift.shift import Outcome, judge

SHARED = Path(__file__).parents[2] / "shared" / "data"
GRAINS = {"monthly": (MONTH, 12, 1), "weekly": (WEEK, 26, 2), "daily": (DAY, 84, 7)}
"""The grain, the length of its test zone and how many periods are judged at once."""
HISTORIES = {"monthly": (12, 24, 36), "weekly": (52, 104), "daily": (336,)}
BARS = {
    ("monthly", 12): 0.50, ("monthly", 24): 0.45, ("monthly", 36): 0.52,
    ("weekly", 52): 0.70, ("weekly", 104): 0.70, ("daily", 336): 0.80,
}  # fmt: skip
BIG = {"monthly": 0.80, "weekly": 0.93, "daily": 0.95}
DELAY = {"monthly": 2, "weekly": 3, "daily": 4}
_REAL, _KAM_SECONDS, _ALL_SECONDS, _ALL_GB = 0.02, 1.0, 60.0, 1.0
_ROUNDED = 1.05


def main() -> None:
    """Look for drifts, print, and check when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shared", type=Path, default=SHARED, help="where the data sets are")
    parser.add_argument("--only", choices=[*GRAINS, "real", "speed"], action="append")
    parser.add_argument("--ours", action="store_true", help="leave the others out")
    parser.add_argument("--speed", action="store_const", const=["speed"], dest="only")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    sections = asked.only or [*GRAINS, "real", "speed"]
    missed: list[str] = []
    if "speed" in sections:
        missed += list(speed())  # first: what was most in memory is told
    for name in GRAINS:
        if name in sections:
            missed += list(made_up(name, asked.shared / "kpi_drift", alone=asked.ours))
    if "real" in sections:
        missed += list(real(asked.shared, alone=asked.ours))
    print(*(f"missed: {what}" for what in missed), sep="\n")
    if asked.check and missed:
        sys.exit(1)


def made_up(name: str, folder: Path, *, alone: bool) -> Iterator[str]:
    """The panels of a grain with each length of history."""
    grain, zone, at_once = GRAINS[name]
    rules, whole = RULES[name], drift_series.made_up(folder, name, zone)
    print(f"\n{name}: way, scoring, threshold, false %, recall, in twice the time, big, delay")
    for history in HISTORIES[name]:
        panel = whole.cut(history)
        began = time.perf_counter()
        scores, alarms = ours(panel, grain, at_once)
        seconds = time.perf_counter() - began
        print(f" {history} periods of history, {len(panel.drifts)} drifts, {seconds:.0f} s")
        found = quality(panel, alarms, rules, strict=True, threshold=np.nan)
        _tell("ours as it is", "strict", found)
        _compare("ours", panel, scores, rules)
        for way in () if alone else drift_plain.WAYS:
            _compare(way, panel, drift_plain.scores(way, panel, grain.cycle, grain.blur), rules)
        yield from _missed(name, history, found)


def _compare(way: str, panel: Panel, scores: Any, rules: Any) -> None:
    for strict in (True, False):
        limit = threshold_for(panel, scores, rules, strict=strict)
        found = quality(panel, scores > limit, rules, strict=strict, threshold=limit)
        _tell(way, "strict" if strict else "lenient", found)


def _tell(way: str, scoring: str, found: Quality) -> None:
    print(
        f"  {way:15} {scoring:8} {found.threshold:6.2f} {100 * found.false_share:5.2f}"
        f" {found.recall:6.3f} {found.recall_twice:6.3f} {found.big:6.3f} {found.delay:4.1f}",
        flush=True,
    )


def _missed(name: str, history: int, found: Quality) -> Iterator[str]:
    what = f"{name} with {history} periods of history:"
    if found.recall < BARS[name, history]:
        yield f"{what} recall {found.recall:.3f}, the bar is {BARS[name, history]}"
    if found.big < BIG[name]:
        yield f"{what} recall of big drifts {found.big:.3f}, the bar is {BIG[name]}"
    if found.delay > DELAY[name]:
        yield f"{what} median delay {found.delay}, the bar is {DELAY[name]}"
    if found.false_share > _ROUNDED * RULES[name].false_share:
        yield f"{what} {found.false_share:.4f} of the points are false alarms"


def ours(panel: Panel, grain: Grain, at_once: int) -> tuple[Any, Any]:
    """Scores and alarms (rows, zone), each as it would have been said at the time."""
    scores = np.full((len(panel.values), panel.zone), np.nan)
    alarms = np.zeros(scores.shape, dtype=bool)
    periods = panel.values.shape[1]
    for column in range(0, panel.zone, at_once):
        end = min(column + at_once, panel.zone)
        told = panel.values[:, : periods - panel.zone + end]
        said = judge(told, panel.scales, panel.groups, grain, newest=end - column)
        newest = np.arange(told.shape[1] - (end - column), told.shape[1])
        alone = said.since == newest
        scores[:, column:end] = np.where(alone, np.fmin(said.score, 0), said.score)
        alarms[:, column:end] = said.outcome == Outcome.DRIFT
    return scores, alarms


def real(shared: Path, *, alone: bool) -> Iterator[str]:
    """How many points of real monthly series are alarmed with the thresholds as they are.

    Those of the others are the strict ones of the made-up panel with 12 months of history.
    """
    rules = RULES["monthly"]
    panel = drift_series.made_up(shared / "kpi_drift", "monthly", 12).cut(12)
    ways = {} if alone else {way: _plain(way, panel) for way in drift_plain.WAYS}
    limits = {way: threshold_for(panel, found, rules, strict=True) for way, found in ways.items()}
    retail = drift_series.retail(shared / "online_retail" / "orders.csv.gz")
    m3 = drift_series.m3(shared / "m3_monthly" / "series.csv.gz")
    print("\nreal series: way, points, alarmed %, alarms %; recall of halved and doubled ones")
    for name, of in (("online_retail", retail), ("m3_monthly", m3)):
        changed = drift_series.injected(of)
        told = {"ours as it is": (ours(of, MONTH, 1)[1], ours(changed, MONTH, 1)[1])}
        for way, limit in limits.items():
            told[way] = (_plain(way, of) > limit, _plain(way, changed) > limit)
        for way, (alarms, with_drifts) in told.items():
            points, alarmed, begun = quality_of_real(of, alarms)
            found = quality(changed, with_drifts, rules, strict=True, threshold=np.nan)
            print(f"  {name:14} {way:15} {points:6} {100 * alarmed:5.2f} {100 * begun:5.2f}"
                  f" {found.recall:6.3f}", flush=True)  # fmt: skip
            if (name, way) == ("online_retail", "ours as it is") and alarmed > _REAL:
                yield f"{name}: {alarmed:.4f} of the points are alarmed, the bar is {_REAL}"


def _plain(way: str, panel: Panel) -> Any:
    return drift_plain.scores(way, panel, MONTH.cycle, MONTH.blur)


def quality_of_real(panel: Panel, alarms: Any) -> tuple[int, float, float]:
    """How many points have a value, which share is alarmed, and which begins an alarm."""
    points = int(np.isfinite(panel.values[:, -panel.zone :]).sum())
    begun = alarms & ~np.column_stack([np.zeros(len(alarms), dtype=bool), alarms[:, :-1]])
    return points, alarms.sum() / points, begun.sum() / points


def speed() -> Iterator[str]:
    """Seconds for a manager's 120 series, and for 120,000, of 36 months each."""
    print("\nspeed: series, seconds, of a processor, GB at most")
    for rows, bar in ((120, _KAM_SECONDS), (120_000, _ALL_SECONDS)):
        made = np.random.default_rng(1)
        values = np.exp(made.normal(10, 1, (rows, 1)) + made.normal(0, 0.3, (rows, 36)))
        began, of_processor = time.perf_counter(), time.process_time()
        judge(values, [Scale.LOG] * rows, np.arange(rows) // 10, MONTH)
        seconds, spent = time.perf_counter() - began, time.process_time() - of_processor
        gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  {rows:7} {seconds:6.2f} {spent:6.2f} {gigabytes:5.2f}", flush=True)
        if seconds > bar:
            yield f"{rows} series: {seconds:.1f} seconds, the bar is {bar}"
        if gigabytes > _ALL_GB:
            yield f"{rows} series: {gigabytes:.2f} GB, the bar is {_ALL_GB}"


if __name__ == "__main__":
    main()
