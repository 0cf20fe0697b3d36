"""The Megaplan sandbox on the command line."""

from argparse import ArgumentParser, Namespace

from connectors.sandbox.entities import World
from connectors.sandbox.megaplan.box import TOKEN, MegaplanSandbox
from connectors.sandbox.served import Served


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--lost-anchor",
        choices=["refused", "first", "empty"],
        default="refused",
        help="what a page after a row that is gone gives (default refused)",
    )
    parser.add_argument(
        "--error-inside",
        action="store_true",
        help="tell of a refused token inside of an answer with the status 200",
    )


def _open(world: World, chosen: Namespace) -> MegaplanSandbox:
    return MegaplanSandbox(
        world,
        token=chosen.token or TOKEN,
        rate=10.0 if chosen.rate is None else chosen.rate,
        port=chosen.port,
        lost_anchor=chosen.lost_anchor,
        error_inside=chosen.error_inside,
    )


SERVED = Served("megaplan", _open, _options)
