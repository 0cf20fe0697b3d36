"""The 1C sandbox on the command line."""

from argparse import ArgumentParser, Namespace

from connectors.sandbox.entities import World
from connectors.sandbox.onec.box import TOKEN, OneCSandbox
from connectors.sandbox.onec.schema import SCHEMAS
from connectors.sandbox.served import Served


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--configuration",
        choices=list(SCHEMAS),
        default="bp",
        help="whose names its sets have: bp, ut or unf (default bp)",
    )


def _open(world: World, chosen: Namespace) -> OneCSandbox:
    return OneCSandbox(
        world,
        configuration=chosen.configuration,
        token=chosen.token or TOKEN,
        rate=chosen.rate or 0.0,
        port=chosen.port,
    )


SERVED = Served("1c", _open, _options)
