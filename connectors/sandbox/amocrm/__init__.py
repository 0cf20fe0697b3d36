"""A sandbox that answers as amoCRM API v4 does."""

from connectors.sandbox.amocrm.box import AmoSandbox

__all__ = ["AmoSandbox"]
