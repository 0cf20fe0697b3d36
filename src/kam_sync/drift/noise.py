"""Learns how much series vary from period to period, the rows of a group helping each other.

How the level wanders and how departures echo is one for a group, the likeliest of a few pairs. A
sigma of its own has each row, drawn to that of its group by as much as the two could differ by
chance.
"""

from typing import Any

import numpy as np

from kam_sync.drift.filtering import Followed, Noise, follow
from kam_sync.drift.groups import MAD_TO_SIGMA, Groups, row_mad, row_quantile

ECHOES = (0.0, 0.2, 0.4, 0.6, 0.8)
_FREEDOM = 5.0
"""Of Student's t, which forgives outliers."""
_OWN_FROM = 12
"""With fewer points a row has the sigma of its group."""
_CHANCE = 3.0
"""The variance of the logarithm of a sigma from n values, times n: 1.35 were they independent."""
_DOUBTED = 1.0
"""A row that is noisier than its group by more than so many times what chance does is believed."""
_LUMPY = 0.6
"""A sigma is at least this part of what the mean of the steps says: half may be zeros."""


def learn(left: Any, groups: Groups, least: Any, wanders: tuple[float, ...]) -> Noise:
    """The noise of each row, from its past without seasons (rows, periods).

    `least` (rows,) is a sigma that is not undercut: a constant series has one too. `wanders` are
    the variances tried.
    """
    least = np.maximum(least, _LUMPY * _mean_step(left))
    sigmas, likely = zip(*(_tried(left, echo, wanders, least) for echo in ECHOES), strict=True)
    best = np.argmax(groups.sums(np.concatenate(likely).T), axis=1)[groups.of_row]
    sigma = np.concatenate(sigmas)[best, np.arange(len(left))]
    wander = np.tile(wanders, len(ECHOES))[best]
    echo = np.repeat(ECHOES, len(wanders))[best]
    return Noise(np.maximum(_shared(sigma, left, groups), least), wander, echo)


def _tried(left: Any, echo: float, wanders: tuple[float, ...], least: Any) -> tuple[Any, Any]:
    """The sigma of each row, and how likely it is, with each wander (wanders, rows)."""
    many, least_of_many = np.tile(left, (len(wanders), 1)), np.tile(least, len(wanders))
    wander = np.repeat(wanders, len(left))
    noise = _fitted(many, wander, np.full(len(wander), echo), least_of_many)
    likely = _likelihood(follow(many, noise), noise.sigma)
    return noise.sigma.reshape(len(wanders), -1), likely.reshape(len(wanders), -1)


def _fitted(left: Any, wander: Any, echo: Any, least: Any) -> Noise:
    """The sigma of each row with which half of its surprises are below what chance says."""
    steps = row_mad(np.diff(left, axis=1)) * np.sqrt((1 + echo) / (2 + wander))
    noise = Noise(np.maximum(np.nan_to_num(steps), least), wander, echo)
    for _ in range(2):
        scale = MAD_TO_SIGMA * row_quantile(np.abs(follow(left, noise).surprise))
        sigma = np.maximum(noise.sigma * np.where(scale > 0, scale, 1.0), least)
        noise = noise._replace(sigma=sigma)
    return noise


def _likelihood(seen: Followed, sigma: Any) -> Any:
    """The logarithm of Student's t of the surprises of each row, but for a constant."""
    density = -(_FREEDOM + 1) / 2 * np.log1p(seen.surprise**2 / _FREEDOM)
    density -= np.log(sigma[:, None] * seen.root)
    return np.nansum(density, axis=1)


def _shared(sigma: Any, left: Any, groups: Groups) -> Any:
    """Each sigma drawn to that of its group."""
    count = np.isfinite(left).sum(axis=1)
    logs = np.where(count >= _OWN_FROM, np.log(sigma), np.nan)
    logs = np.where(np.isfinite(groups.quantile(logs)[groups.of_row]), logs, np.log(sigma))
    usual = groups.quantile(logs)[groups.of_row]
    chance = _CHANCE / np.maximum(count, 1)
    differ = (MAD_TO_SIGMA * groups.quantile(np.abs(logs - usual)))[groups.of_row] ** 2
    real = np.maximum(differ - chance, 0.0)
    apart = np.nan_to_num(logs - usual)
    believed = np.maximum(apart * real / (real + chance), apart - _DOUBTED * np.sqrt(chance))
    return np.exp(usual + np.where(count >= _OWN_FROM, believed, 0.0))


def _mean_step(left: Any) -> Any:
    """The sigma that the mean of the steps speaks of, were they normal."""
    steps = np.abs(np.diff(left, axis=1))
    count = np.isfinite(steps).sum(axis=1)
    return np.sqrt(np.pi) / 2 * np.nansum(steps, axis=1) / np.maximum(count, 1)
