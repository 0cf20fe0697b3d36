"""The SberCRM sandbox on the command line."""

from argparse import Namespace

from connectors.sandbox.entities import World
from connectors.sandbox.sbercrm.box import TOKEN, SberSandbox
from connectors.sandbox.served import Served


def _open(world: World, chosen: Namespace) -> SberSandbox:
    token, rate = chosen.token or TOKEN, chosen.rate or 0.0
    return SberSandbox(world, token=token, rate=rate, port=chosen.port)


SERVED = Served("sbercrm", _open)
