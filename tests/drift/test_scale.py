"""The scales on which KPIs are judged, and medians by group."""

import numpy as np
import pytest

from kam_sync.drift.groups import Groups, row_mad, row_quantile
from kam_sync.drift.scale import Scale, back, floors, forward


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        (Scale.LOG, [100.0, 250.0, 90.0]),
        (Scale.COUNT, [0.0, 3.0, 400.0]),
        (Scale.SHARE, [0.01, 0.5, 0.99]),
        (Scale.PLAIN, [-20.0, 0.0, 104.5]),
    ],
)
def test_a_value_comes_back_in_its_unit(scale: Scale, values: list[float]) -> None:
    table = np.array([values])
    judged = forward(table, scale, floors(table, scale))
    assert back(judged, scale) == pytest.approx(table)


def test_nothing_bought_is_a_tenth_of_what_is_usual() -> None:
    table = np.array([[200.0, 0.0, 100.0, 400.0, 0.0], [0.0, 0.0, 0.0, np.nan, 0.0]])
    assert floors(table, Scale.LOG)[:, 0].tolist() == [20.0, 0.1]


def test_medians_by_row_and_by_group_leave_out_what_is_missing() -> None:
    table = np.array([[1.0, np.nan, 3.0, 4.0], [np.nan] * 4])
    assert row_quantile(table) == pytest.approx([3.0, np.nan], nan_ok=True)
    assert row_mad(table[:1]) == pytest.approx([1.4826])
    groups = Groups(["b", "a", "b", "a", "b"])
    column = np.array([5.0, 1.0, 7.0, np.nan, 6.0])
    assert groups.quantile(column).tolist() == [1.0, 6.0]
    assert groups.sums(column[:, None])[:, 0].tolist() == [1.0, 18.0]
