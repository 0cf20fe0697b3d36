"""A sandbox Kommo: that of amoCRM, over a world that speaks English."""

from connectors.sandbox.kommo.english import EnglishWorld

__all__ = ["EnglishWorld"]
