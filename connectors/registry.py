"""Kind -> class, imported when used."""

from collections.abc import Callable
from importlib import import_module

from connectors.kit.contract import Connector, Credentials

_CLASSES = {
    "amocrm": "connectors.amocrm:AmoCrm",
}


def kinds() -> list[str]:
    """All kinds of CRM that can be connected."""
    return sorted(_CLASSES)


def connector_class(kind: str) -> Callable[[Credentials], Connector]:
    """The class for a kind. Raises KeyError for an unknown one."""
    module, _, name = _CLASSES[kind].partition(":")
    found: Callable[[Credentials], Connector] = getattr(import_module(module), name)
    return found
