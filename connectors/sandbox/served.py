"""Which sandboxes there are, and how each is opened from the command line."""

import pkgutil
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from connectors import sandbox
from connectors.sandbox.entities import World
from connectors.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Served:
    """A kind of sandbox; each package beside this file says its own in `served.py`."""

    kind: str
    open: Callable[[World, Namespace], Sandbox]
    add_options: Callable[[ArgumentParser], object] = lambda parser: parser
    """Adds what only this kind understands."""


def found() -> Mapping[str, Served]:
    """All of them, by kind."""
    packages = [one.name for one in pkgutil.iter_modules(sandbox.__path__) if one.ispkg]
    all_ = [import_module(f"{sandbox.__name__}.{name}.served").SERVED for name in packages]
    return {one.kind: one for one in sorted(all_, key=lambda one: str(one.kind))}
