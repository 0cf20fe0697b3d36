"""A small line of values with the range that is usual for them, as coordinates of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120.0, 28.0


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What is drawn in a box of 120 by 28; y grows downwards, as SVG has it."""

    points: str
    """The values from left to right, for a polyline."""
    last: tuple[str, str]
    """Where the newest value is."""
    band: tuple[str, str] | None
    """The top of the usual range and its height."""
    top: float
    """The value at the upper edge."""


def sparkline(values: Sequence[float], band: tuple[float, float] | None = None) -> Sparkline:
    """Lay out values, oldest first, over zero; the usual range is cut where the box ends."""
    values = values or [0.0]
    low, high = min(0.0, *values), max(0.0, *values, *((band[1],) if band else ()))
    step = WIDTH / max(len(values) - 1, 1)
    scale = HEIGHT / (high - low) if high > low else 0.0

    def down(value: float) -> float:
        return HEIGHT - (min(max(value, low), high) - low) * scale

    points = [(f"{step * at:.1f}", f"{down(value):.1f}") for at, value in enumerate(values)]
    return Sparkline(
        points=" ".join(f"{x},{y}" for x, y in points),
        last=points[-1],
        band=band and (f"{down(band[1]):.1f}", f"{down(band[0]) - down(band[1]):.1f}"),
        top=high,
    )
