"""The report of a soak knows which tables may grow."""

from benchmarks.soak_report import judge
from benchmarks.soak_samples import Sample, Table


def test_what_housekeeping_empties_by_age_may_grow() -> None:
    first = {name: Table(1, 0) for name in ("job_origin", "privacy_event", "other")}
    last = {name: Table(2, 0) for name in first}
    samples = [Sample(at, *[1] * (len(Sample.__dataclass_fields__) - 1)) for at in range(9)]
    bars = judge(samples, [(0, first), (1, first), (2, last)], {}, {})
    grown = next(bar for bar in bars if "grow" in bar.what)
    assert grown.seen == "other"
