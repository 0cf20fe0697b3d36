"""The command line's entry: `kam-sync ...` and `python -m kam_sync ...`."""

import gc
import signal
import sys
from types import FrameType

from connectors import Spoken, spoken
from kam_sync.base.command import command
from kam_sync.base.errors import KamSyncError, NotHere, WrongSettings, WrongUse
from kam_sync.base.settings import read_settings
from kam_sync.cli.main import app


def main() -> None:
    """Run a command; errors for people are one line, exit codes 0 done, 1 failed, 2 wrong usage."""
    # A sync builds many small objects that hold no circles: with the default of 700 the collector
    # takes two fifths of its time; far above 10,000 the memory grows (benchmarks/first_load.py).
    gc.set_threshold(10_000, 20, 100)
    signal.signal(signal.SIGTERM, _end)
    try:
        app(prog_name=command())
    except (WrongUse, WrongSettings, NotHere) as error:
        sys.exit(_say(error, 2))
    except KamSyncError as error:
        sys.exit(_say(error, 1))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)


def _end(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl+C does, so that the worker and the embedded database are stopped cleanly."""
    raise KeyboardInterrupt


def _say(error: KamSyncError, code: int) -> int:
    said = _in_words(error)  # a CRM's words may be in it, and a terminal obeys some
    shown = "".join(char if char.isprintable() or char == "\n" else "�" for char in said)
    sys.stderr.write(f"kam-sync: {shown}\n")
    return code


def _in_words(error: KamSyncError) -> str:
    """In the language of the installation, where the error is known in it."""
    if not (error.args and isinstance(error.args[0], Spoken)):
        return str(error)  # also what is wrong with the settings, which could not say the language
    return spoken(error, read_settings().locale)


if __name__ == "__main__":
    main()
