"""Judges whether the level of a KPI has shifted."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift.filtering import Followed, follow, learn
from kam_sync.drift.groups import Groups
from kam_sync.drift.seasons import seasons


@dataclass(frozen=True, slots=True)
class Grain:
    cycle: int
    blur: int
    onsets: int
    held: int
    rated: int
    usual: float
    first_clip: float = 3.0
    clip: float = 3.0


MONTH = Grain(cycle=12, blur=0, onsets=5, held=3, rated=24, usual=2.05)
WEEK = Grain(cycle=52, blur=1, onsets=8, held=6, rated=60, usual=2.25)
DAY = Grain(cycle=7, blur=0, onsets=18, held=10, rated=90, usual=2.55)


class Scores(NamedTuple):
    score: Any
    lag: Any
    size: Any


def score(judged, groups, grain, known):
    season = seasons(judged, known, grain.cycle, grain.blur, groups)
    left = judged - season
    noise = learn(left[:, :known], groups, np.full(len(judged), 1e-9))
    seen = follow(left, noise)
    found = steps(seen, grain, noise.echo)
    rated = found.score[:, max(0, known - grain.rated):known]
    # by group 85% quantile
    flat = rated.ravel()
    names = np.repeat(groups.of_row, rated.shape[1])
    g = Groups(names)
    high = g.quantile(flat, .85)
    n = np.bincount(names, weights=np.isfinite(flat))
    ratio = np.maximum(np.nan_to_num(high / grain.usual, nan=1.0), .5) ** (n / (n + 60))
    return found._replace(score=found.score / ratio[groups.of_row][:, None]), seen, noise, season


def steps(seen: Followed, grain: Grain, seen_echo) -> Scores:
    rows, periods = seen.surprise.shape
    best = np.full((rows, periods), np.nan)
    lag = np.zeros((rows, periods), dtype=int)
    size = np.zeros((rows, periods))
    here = np.isfinite(seen.surprise)
    v = np.nan_to_num(seen.surprise)
    A = np.zeros((rows, periods)); X = A.copy(); echo = seen_echo[:, None]
    num = np.zeros((rows, periods))
    den = np.zeros((rows, periods))
    for k in range(grain.onsets):
        end = periods - k
        c = grain.first_clip if k == 0 else grain.clip
        if k: X = X*echo
        A, X = A[:, :end], X[:, :end]
        mark = 1 - A - X
        sig = mark / seen.root[:, k:] * here[:, k:]
        if k == 0:
            first = np.abs(np.clip(v, -c, c)) * (sig > 0)
        num = num[:, :end] + sig * np.clip(v[:, k:], -grain.clip, grain.clip)
        den = den[:, :end] + sig ** 2
        value = np.where(den > 0, num / np.sqrt(np.where(den > 0, den, 1)), 0)
        stat = first if k == 0 else np.abs(value)
        better = here[:, k:] & here[:, :end] & ~(stat <= best[:, k:])
        best[:, k:] = np.where(better, stat, best[:, k:])
        lag[:, k:] = np.where(better, k, lag[:, k:])
        size[:, k:] = np.where(better, num / np.where(den > 0, den, 1), size[:, k:])
        A = A + seen.to_level[:, k:] * mark
        X = X + seen.to_echo[:, k:] * mark
    return Scores(best, lag, size)
