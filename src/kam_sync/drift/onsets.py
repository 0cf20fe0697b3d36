"""Asks of each period whether the level has shifted a few periods ago, and when.

A shift leaves a trace in the surprises: as large as itself at first, then less, as the level
follows. For each onset the surprises since are held against that trace (the generalised likelihood
ratio of a step); the best says when, to which side and how far.
"""

from typing import Any, NamedTuple

import numpy as np

from kam_sync.drift.filtering import Followed

_CLIP_ALONE = 2.0
"""A surprise that stands alone counts for no more."""


class Steps(NamedTuple):
    """The likeliest shift as of each period; each (rows, periods)."""

    score: Any
    """How far it stands out of the noise, in sigmas; NaN where there is no value to judge."""
    ago: Any
    """How many periods before this one it began; 0 when this value stands alone."""
    size: Any
    """How large it is, in sigmas of a single value; signed."""


class Looked(NamedTuple):
    """What is looked for."""

    onsets: int
    """How many periods back a shift may have begun, this one among them."""
    ramps: tuple[int, ...]
    """In how many periods it may have come about: 1 is at once."""
    clip: float
    """No surprise counts for more, in sigmas."""


def steps(seen: Followed, echo: Any, looked: Looked) -> Steps:
    """The likeliest of the shifts that began in the last periods; `echo` (rows,) of the noise."""
    best, *others = (_ramp(seen, echo, looked, periods) for periods in looked.ramps)
    for other in others:
        better = other.score > best.score
        best = Steps(*(np.where(better, *pair) for pair in zip(other, best, strict=True)))
    return best


def _ramp(seen: Followed, echo: Any, looked: Looked, lasts: int) -> Steps:
    """The likeliest of the shifts that came about in as many periods."""
    here = np.isfinite(seen.surprise)
    surprise = np.nan_to_num(seen.surprise)
    clipped = np.clip(surprise, -looked.clip, looked.clip)
    best = np.where(here, -1.0, np.nan)
    ago, size = np.zeros(here.shape, dtype=np.int16), np.zeros(here.shape)
    level, departed = np.zeros(here.shape), np.zeros(here.shape)  # by onset: what followed it
    told, raw, weight = np.zeros(here.shape), np.zeros(here.shape), np.zeros(here.shape)
    for back in range(min(looked.onsets, here.shape[1])):
        end = here.shape[1] - back
        level, departed = level[:, :end], departed[:, :end] * echo[:, None]
        trace = min((back + 1) / lasts, 1) - level - departed
        sign = np.where(here[:, back:], trace / seen.root[:, back:], 0.0)
        told = told[:, :end] + sign * clipped[:, back:]
        raw = raw[:, :end] + sign * surprise[:, back:]
        weight = weight[:, :end] + sign**2
        whole = np.where(weight > 0, weight, 1.0)
        ratio = np.abs(told) / np.sqrt(whole)
        ratio = ratio if back else np.minimum(ratio, _CLIP_ALONE)
        better = here[:, back:] & here[:, :end] & (ratio > best[:, back:]) & (back + 1 >= lasts)
        best[:, back:] = np.where(better, ratio, best[:, back:])
        ago[:, back:] = np.where(better, back, ago[:, back:])
        size[:, back:] = np.where(better, raw / whole, size[:, back:])
        level = level + seen.to_level[:, back:] * trace
        departed = departed + seen.to_echo[:, back:] * trace
    return Steps(np.where(best < 0, np.nan, best), ago, size)
