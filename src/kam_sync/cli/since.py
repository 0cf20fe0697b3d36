"""Moments as people give them to commands."""

from datetime import datetime

from kam_sync.base.errors import WrongUse


def read_since(text: str) -> datetime:
    """Reads `--since`: a day or a moment, by the clock of this installation unless it says else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            f"--since {text}: a day or a moment is needed, such as 2026-11-20 or 2026-11-20T14:30"
        ) from error
