"""A made-up Megaplan account behind API v3, as far as connectors use it."""

from connectors.sandbox.megaplan.box import MegaplanSandbox

__all__ = ["MegaplanSandbox"]
