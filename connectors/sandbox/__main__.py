"""Serve a sandbox CRM from the command line: `python -m connectors.sandbox amocrm`."""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import NoReturn

import orjson

from connectors.sandbox import served
from connectors.sandbox.csv_world import BadFolder, CsvWorld
from connectors.sandbox.entities import World
from connectors.sandbox.server import Sandbox
from connectors.sandbox.spelling import SpeltWorld
from connectors.sandbox.world import MadeUpWorld

_ABOUT = """\
Serves a made-up company as a CRM would, over real HTTP on 127.0.0.1.

When it is ready it prints one line of JSON: where it listens, the token that it accepts, which day
it shows, how many rows it has, and what else there is to know of its kind (for amoCRM: the
integration that its page of consent, /oauth, is about). It then serves until it is told to stop
(SIGTERM, Ctrl+C) or until its standard input ends, so that it never outlives the program that
started it; in a shell script keep its input open, for example with
"sleep infinity | python -m connectors.sandbox amocrm".

The same options give the same rows all day; on the next day of the month the same company has
lived a day longer. --deals counts what began in the 36 months before this one; the days of the
running month come on top.
"""
_EXAMPLES = """\
examples:
  python -m connectors.sandbox amocrm
  python -m connectors.sandbox amocrm --size 2000 --deals 50000 --rate 0
  python -m connectors.sandbox amocrm --data maven_crm --api-filter ignored
"""
_MADE_UP = ("seed", "size", "contacts", "deals", "today")
_USUAL = {"seed": 7, "size": 40}


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"connectors.sandbox: {message} (see --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; 2 for arguments that make no sense."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        world = _world(chosen)
        box = _box(world, chosen)
    except (BadFolder, ValueError) as error:
        parser.error(str(error))
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        box.start()
    except OSError as error:
        box.stop()
        parser.error(f"cannot listen on port {chosen.port}: {error.strerror}")
    Thread(target=_wait_for_end, args=(stopping,), daemon=True).start()
    try:
        _announce(world, chosen.kind, box)
        stopping.wait()
    finally:
        box.stop()
    return 0


def _parser() -> ArgumentParser:
    form = RawDescriptionHelpFormatter
    common = _Parser(add_help=False)
    _add_common(common)
    parser = _Parser(
        prog="python -m connectors.sandbox", description=_ABOUT, epilog=_EXAMPLES,
        formatter_class=form, allow_abbrev=False,
    )  # fmt: skip
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="kind")
    for kind, one in served.found().items():
        of_kind = kinds.add_parser(
            kind, help=f"{kind} (--help after it shows all options)", parents=[common],
            description=_ABOUT, formatter_class=form, allow_abbrev=False,
        )  # fmt: skip
        one.add_options(of_kind)
    return parser


def _add_common(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--port", type=int, default=0, help="port to listen on (default: any free one)")
    add("--seed", type=int, help="another seed is another company (default 7)")
    add("--size", type=int, help="how many customers (default 40)")
    add("--contacts", type=int, help="how many people (default 2.5 a customer)")
    add("--deals", type=int, help="how many deals in 36 months (default 50 a customer)")
    add("--today", type=_day, help="the day to show, YYYY-MM-DD (default: today, UTC)")
    add("--spelt", action="store_true", help="write customers as people of this CRM do")
    add("--data", type=Path, help="serve this folder of CRM Sales Opportunities CSV files instead")
    add("--rate", type=float, help="requests a second, 0 for no limit (default: the CRM's own)")
    add("--token", help="the token to accept (default: one that is printed)")


def _day(text: str) -> date:
    return date.fromisoformat(text)


_day.__name__ = "day"  # argparse puts it into its messages


def _world(chosen: Namespace) -> World:
    given = {name: getattr(chosen, name) for name in _MADE_UP}
    given = {name: value for name, value in given.items() if value is not None}
    if chosen.data is None:
        if chosen.spelt:
            return SpeltWorld(chosen.kind, **(_USUAL | given))
        return MadeUpWorld(**(_USUAL | given))
    if given or chosen.spelt:
        raise ValueError(f"--{next(iter(given), 'spelt')} has no meaning with --data")
    return CsvWorld(chosen.data)


def _box(world: World, chosen: Namespace) -> Sandbox:
    if (chosen.rate or 0) < 0:
        raise ValueError("--rate is requests a second, 0 or more")
    if not 0 <= chosen.port < 65_536:
        raise ValueError("--port is 0 to 65535")
    return served.found()[chosen.kind].open(world, chosen)


def _announce(world: World, kind: str, box: Sandbox) -> None:
    where = {"kind": kind, "url": box.url, "today": world.today, "world": world.slug}
    sys.stdout.write(f"{orjson.dumps(where | box.announced()).decode()}\n")
    sys.stdout.flush()


def _wait_for_end(stopping: Event) -> None:
    if sys.stdin is None:  # started without any: then only signals end it
        return
    # not sys.stdin.read: a thread inside of it would abort the interpreter when it ends
    while os.read(sys.stdin.fileno(), 4_096):
        pass
    stopping.set()


if __name__ == "__main__":
    sys.exit(main())
