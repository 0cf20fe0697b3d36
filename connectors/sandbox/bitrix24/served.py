"""The Bitrix24 sandbox on the command line."""

from argparse import ArgumentParser, Namespace

from connectors.sandbox.bitrix24.access import App
from connectors.sandbox.bitrix24.box import TOKEN, BitrixSandbox
from connectors.sandbox.entities import World
from connectors.sandbox.served import Served


def _options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--redirect-uri",
        default=App().redirect_uri,
        help="where its page of consent leads (default %(default)s)",
    )


def _open(world: World, chosen: Namespace) -> BitrixSandbox:
    return BitrixSandbox(
        world,
        token=chosen.token or TOKEN,
        rate=2.0 if chosen.rate is None else chosen.rate,
        app=App(redirect_uri=chosen.redirect_uri),
        port=chosen.port,
    )


SERVED = Served("bitrix24", _open, _options)
