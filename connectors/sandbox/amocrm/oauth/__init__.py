"""How amoCRM lets integrations in."""

from connectors.sandbox.amocrm.oauth.addresses import OAuth, OAuthApp

__all__ = ["OAuth", "OAuthApp"]
