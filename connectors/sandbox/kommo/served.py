"""The Kommo sandbox on the command line."""

from argparse import Namespace

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.served import opened, options
from connectors.sandbox.entities import World
from connectors.sandbox.kommo.english import EnglishWorld
from connectors.sandbox.served import Served


def _open(world: World, chosen: Namespace) -> AmoSandbox:
    return opened(EnglishWorld(world), chosen, is_kommo=True)


SERVED = Served("kommo", _open, options)
