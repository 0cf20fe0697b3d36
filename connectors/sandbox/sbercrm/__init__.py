"""SberCRM as it was seen in other people's programs, and a plain API of lists beside it."""

from connectors.sandbox.sbercrm.box import SberSandbox

__all__ = ["SberSandbox"]
