"""The amoCRM sandbox on the command line."""

from argparse import ArgumentParser, Namespace

from connectors.sandbox.amocrm.box import TOKEN, AmoSandbox
from connectors.sandbox.amocrm.oauth import OAuthApp
from connectors.sandbox.entities import World
from connectors.sandbox.served import Served


def options(parser: ArgumentParser) -> None:
    """What only this kind understands."""
    parser.add_argument(
        "--redirect-uri",
        default=OAuthApp().redirect_uri,
        help="where its page of consent leads (default %(default)s)",
    )
    parser.add_argument("--currency", help="currency of the account (default: that of the data)")
    parser.add_argument(
        "--api-filter",
        choices=["on", "ignored", "refused"],
        default="on",
        help="what the paid filter of lists does (default on)",
    )
    parser.add_argument(
        "--retry-after",
        choices=["body", "header", "none", "html"],
        default="body",
        help="where a 429 says how long to wait (default body)",
    )


def opened(world: World, chosen: Namespace, *, is_kommo: bool = False) -> AmoSandbox:
    """The sandbox that is asked for."""
    return AmoSandbox(
        world,
        token=chosen.token or TOKEN,
        rate=7.0 if chosen.rate is None else chosen.rate,
        api_filter=chosen.api_filter,
        retry_after=chosen.retry_after,
        currency=chosen.currency,
        oauth=OAuthApp(redirect_uri=chosen.redirect_uri),
        port=chosen.port,
        is_kommo=is_kommo,
    )


SERVED = Served("amocrm", opened, options)
