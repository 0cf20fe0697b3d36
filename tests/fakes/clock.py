"""A clock that tests move."""

from dataclasses import dataclass


@dataclass
class Clock:
    """`clock.now += 60` is a minute later; called, it says the time in Unix seconds."""

    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now
