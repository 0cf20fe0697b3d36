"""A Bitrix24 portal on this computer: REST with its pages, batches, limits, events and oddities."""

from connectors.sandbox.bitrix24.box import BitrixSandbox

__all__ = ["BitrixSandbox"]
