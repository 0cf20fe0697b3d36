"""`kam-sync serve` whose clock may jump and which may die at a step, as two files say.

    python -m tests.drill.serve serve --port 8001

DRILL_CLOCK holds seconds to add to the real time. DRILL_DIE names a step: whoever next is at its
end dies as by `kill -9`, with nothing of it committed; the file is gone then.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kam_sync.base import clock

_CLOCK, _DIE = (Path(os.environ[name]) for name in ("DRILL_CLOCK", "DRILL_DIE"))  # noqa: TID251 - not of kam_sync
_real = clock.utc_now


def _shifted() -> datetime:
    seconds = 0.0
    with suppress(OSError, ValueError):
        seconds = float(_CLOCK.read_text())
    return _real() + timedelta(seconds=seconds)


clock.utc_now = _shifted  # before anybody else has taken the real one

import kam_sync.drift.step  # noqa: E402 - after the clock
import kam_sync.intake.step  # noqa: E402 - after the clock
import kam_sync.kpi.step  # noqa: E402 - after the clock
import kam_sync.notify.step  # noqa: E402 - after the clock
from kam_sync.__main__ import main  # noqa: E402 - after the clock
from kam_sync.intake.store import WriteStore  # noqa: E402 - after the clock


def _mortal(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
    def do(*args: Any, **named: Any) -> Any:
        found = work(*args, **named)
        with suppress(OSError):
            if _DIE.read_text() == step:
                _DIE.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return found

    return do


for _name, _module in (
    ("sync", kam_sync.intake.step), ("kpi", kam_sync.kpi.step),
    ("detect", kam_sync.drift.step), ("notify", kam_sync.notify.step),
):  # fmt: skip
    _module.run = _mortal(_name, _module.run)
WriteStore.keep = _mortal("write", WriteStore.keep)  # the CRM has it

if __name__ == "__main__":
    main()
