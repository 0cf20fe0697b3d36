"""A sandbox 1C base: its standard OData interface over a made-up world."""

from connectors.sandbox.onec.box import OneCSandbox

__all__ = ["OneCSandbox"]
