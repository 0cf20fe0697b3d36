"""A sandbox that answers as amoCRM API v4 does."""

from connectors.sandbox.amocrm.box import AmoSandbox
from connectors.sandbox.amocrm.oauth import OAuthApp

__all__ = ["AmoSandbox", "OAuthApp"]
