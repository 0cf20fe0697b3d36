"""Light or dark: as a person chose, else as their system has it."""

from enum import StrEnum

from fastapi import Request

THEME_COOKIE = "theme"


class Theme(StrEnum):
    """How pages look."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def theme(request: Request) -> Theme:
    """As asked (?theme=), as remembered, else as the system of the person has it."""
    asked = (request.query_params.get("theme"), request.cookies.get(THEME_COOKIE))
    return next((Theme(name) for name in asked if name in set(Theme)), Theme.AUTO)
