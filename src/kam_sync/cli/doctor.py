"""Looks an installation over and says what to do about what is wrong."""

from collections.abc import Iterator
from dataclasses import asdict
from zoneinfo import ZoneInfo

import typer

from kam_sync.base.errors import KamSyncError
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Locale, read_settings
from kam_sync.cli import show
from kam_sync.web.check import Check
from kam_sync.web.health import disk, look_inside, misspelt_variables, secret_key
from kam_sync.web.wording.language import Language
from kam_sync.wiring import open_services


def examine(*, as_json: bool) -> bool:
    """Print all checks; True when everything is fine."""
    checks = list(_checks())
    if as_json:
        documents = [{**asdict(check), "is_fine": check.is_fine} for check in checks]
        show.as_json({"checks": documents})
    else:
        rows = [("ok" if c.is_fine else "PROBLEM", c.what, c.found) for c in checks]
        show.table("Doctor", ("", "what", "found"), rows)
        for check in checks:
            if check.advice:  # a line of its own: commands in it are there to be copied
                typer.echo(show.harmless(f"{check.what}: {check.advice}"))
    return all(check.is_fine for check in checks)


def _checks() -> Iterator[Check]:
    yield from misspelt_variables(Language(Locale.EN, ZoneInfo("UTC")))
    try:
        settings = read_settings()
    except KamSyncError as error:
        yield Check("settings", "wrong", str(error))
        return
    yield Check("settings", f"time zone {settings.timezone}, locale {settings.locale.value}")
    try:
        open_cipher(settings)
    except KamSyncError as error:
        yield Check("secret key", "wrong", str(error))
        return
    english = Language(Locale.EN, settings.zone)
    yield secret_key(settings, english)
    yield disk(settings, english)
    try:
        with open_services(settings, migrated=False) as services:
            yield from look_inside(services, english)
    except KamSyncError as error:
        yield Check("database", "not usable", str(error))
