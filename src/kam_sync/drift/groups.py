"""Medians and sums by row and by group of rows, with NaN for what is missing."""

from typing import Any

import numpy as np

MAD_TO_SIGMA = 1.4826


def row_quantile(table: Any, share: float = 0.5) -> Any:
    """The quantile of each row (rows, columns) without its NaN; NaN for a row of nothing else."""
    if not table.shape[1]:
        return np.full(len(table), np.nan)
    ordered = np.sort(table, axis=1)
    count = np.isfinite(table).sum(axis=1)
    place = np.maximum(count - 1, 0) * share
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(table))
    under, above = ordered[rows, low], ordered[rows, high]
    return under + (above - under) * (place - low)


def row_mad(table: Any) -> Any:
    """The spread of each row around its median, as a sigma."""
    middle = row_quantile(table)
    return MAD_TO_SIGMA * row_quantile(np.abs(table - middle[:, None]))


class Groups:
    """Rows parted into groups: an account manager's accounts in one KPI."""

    def __init__(self, names: Any) -> None:
        _, self.of_row = np.unique(names, return_inverse=True)
        self.size = np.bincount(self.of_row)

    def __len__(self) -> int:
        return len(self.size)

    def sums(self, table: Any) -> Any:
        """Sums of the columns by group (groups, columns); NaN counts as 0."""
        order = np.argsort(self.of_row, kind="stable")
        starts = np.concatenate([[0], np.cumsum(self.size)[:-1]])
        return np.add.reduceat(np.nan_to_num(table[order]), starts, axis=0)

    def quantile(self, column: Any, share: float = 0.5) -> Any:
        """The quantile of one column (rows,) by group (groups,) without its NaN."""
        order = np.lexsort((column, self.of_row))
        ordered = column[order]
        count = np.bincount(self.of_row, weights=np.isfinite(column), minlength=len(self))
        count = count.astype(int)
        starts = np.concatenate([[0], np.cumsum(self.size)[:-1]])
        place = np.maximum(count - 1, 0) * share
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        under, above = ordered[starts + low], ordered[starts + high]
        return under + (above - under) * (place - low)
