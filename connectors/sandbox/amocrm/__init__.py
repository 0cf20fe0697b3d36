"""A sandbox that answers as amoCRM API v4 does."""

from connectors.sandbox.amocrm.box import AmoSandbox
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.oauth import OAuthApp
from connectors.sandbox.amocrm.switches import Switches

__all__ = ["AmoSandbox", "Change", "OAuthApp", "Switches"]
