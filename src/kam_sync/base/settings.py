"""What ops may set: read once from the environment and a .env file, refused when wrong."""

import re
from datetime import time
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from connectors import wrongs
from kam_sync.base.clock import known_zone
from kam_sync.base.errors import WrongSettings

_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?")

_CURRENCY = re.compile(r"[A-Z]{3}")
_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"
_QUIET = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}", re.ASCII)
_NONE = "none"
ROLES = ("admin", "head", "kam", "viewer", "integrator")
"""What people may be here; `access.model.Role` has them by these names."""
_NAME = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_PREFIX = "KAM_SYNC_"
_NEAR = 0.85
"""How alike a name is that was meant for another: Kubernetes sets KAM_SYNC_SERVICE_HOST and more
where a service is called kam-sync."""


class Locale(StrEnum):
    """Languages of the pages and messages."""

    RU = "ru"
    EN = "en"


class LogFormat(StrEnum):
    """How log lines look: `auto` is pretty in a terminal and JSON elsewhere."""

    AUTO = "auto"
    PRETTY = "pretty"
    JSON = "json"


def _known_zone(name: str) -> str:
    return known_zone(name).key


def _postgres_url(url: SecretStr | None) -> SecretStr | None:
    if url is None:
        return None
    is_raw = False
    try:
        parts = urlsplit(url.get_secret_value())
        is_raw = parts.netloc.count("@") > 1 or bool(parts.fragment)
        is_good = parts.scheme in {"postgresql", "postgres"} and parts.port != 0
    except ValueError:  # a port that is no number, brackets that do not close
        is_good = False
    if is_raw:  # else a part of the password would be taken, and told, for the name of the server
        raise ValueError("write @ # / ? in the password as %40 %23 %2F %3F")
    if not is_good:
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return url


def _whole_path(said: Path) -> Path:
    try:
        return said.expanduser().resolve()
    except RuntimeError as error:  # ~name of somebody who is not known here
        raise ValueError(f"{said}: there is no such home folder") from error


def _iso_currency(said: str) -> str:
    code = said.strip().upper()
    if code and not _CURRENCY.fullmatch(code):
        raise ValueError("an ISO code is needed, such as RUB")
    return code


def _crm_hosts(text: str) -> str:
    for entry in _entries(text):
        if not _HOST.fullmatch(entry):
            raise ValueError(
                "write hosts, host:port or .domain with commas between, such as crm.example.com"
            )
    return text


def _allowed_targets(text: str) -> str:
    for entry in _entries(text):
        try:
            ip_network(entry, strict=False)
        except ValueError as error:
            if not _NAME.fullmatch(entry) or entry[-1].isdigit():
                raise ValueError(
                    "write hosts, .domains, addresses or networks with commas between, such as "
                    "hooks.internal, 10.1.0.0/16"
                ) from error
    return text


def _provider(text: str) -> str:
    parts = urlsplit(text)
    is_here = parts.hostname in {"localhost", "127.0.0.1"}
    if text and not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise ValueError("write the address of the provider, such as https://id.example.com")
    return text


def _roles(text: str) -> str:
    for entry in _pairs(text):
        if len(entry) != 2 or not all(entry) or entry[1] not in ROLES:
            raise ValueError(
                "write group=role with commas between, such as sales=kam, it=admin; roles are "
                f"{', '.join(ROLES)}"
            )
    return text


def _pairs(text: str) -> list[tuple[str, ...]]:
    """The pairs around `=`, of which a name may have some."""
    kept = [entry.strip() for entry in text.split(",") if entry.strip()]
    return [tuple(part.strip() for part in entry.rsplit("=", 1)) for entry in kept]


def _hours(text: str) -> str:
    said = text.strip().lower()
    if said != _NONE:
        begins, ends = _clocks(said)
        if begins == ends:
            raise ValueError(f"it begins and ends at one time; say {_NONE} for no quiet hours")
    return said


def _clocks(text: str) -> tuple[time, time]:
    found = _QUIET.fullmatch(text)
    if found is None:
        raise ValueError(f"write two times such as 19:00-9:00, or {_NONE}")
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    return time(hour, minute), time(until_hour, until_minute)


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry.strip().lower() for entry in text.split(",") if entry.strip())


class Settings(BaseSettings):
    """All settings; each field is the environment variable KAM_SYNC_<FIELD IN CAPITALS>."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    database_url: Annotated[SecretStr | None, AfterValidator(_postgres_url)] = None
    data_dir: Annotated[Path, AfterValidator(_whole_path), Field(validate_default=True)] = Path(
        platformdirs.user_data_dir("kam_sync", appauthor=False)
    )
    secret_key: SecretStr | None = None
    public_url: HttpUrl | None = None
    oidc_issuer: Annotated[str, AfterValidator(_provider)] = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_role_claim: str = "groups"
    oidc_roles: Annotated[str, AfterValidator(_roles)] = ""
    crm_hosts: Annotated[str, AfterValidator(_crm_hosts)] = ""
    allowed_targets: Annotated[str, AfterValidator(_allowed_targets)] = ""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Moscow"
    calendar: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "RU"
    currency: Annotated[str, AfterValidator(_iso_currency)] = ""
    locale: Locale = Locale.RU
    log_format: LogFormat = LogFormat.AUTO
    alerts_per_week: Annotated[int, Field(ge=0, le=1000)] = 5
    quiet_hours: Annotated[str, AfterValidator(_hours)] = "19:00-9:00"
    hook_bytes: Annotated[int, Field(ge=1)] = 1024 * 1024
    hooks_per_second: Annotated[int, Field(ge=1)] = 1000
    own_kpis_as_service: bool = False
    hooks_kept_mib: Annotated[int, Field(ge=1)] = 512

    @property
    def added_hosts(self) -> tuple[str, ...]:
        """Hosts that CRM secrets may be sent to beside those of the CRMs' makers."""
        return _entries(self.crm_hosts)

    @property
    def private_targets(self) -> tuple[str, ...]:
        """Hosts and networks that webhooks may be sent to though they are not public."""
        return _entries(self.allowed_targets)

    @property
    def roles_of_groups(self) -> dict[str, str]:
        """The role that a group of the identity provider gives, in the order they were written."""
        return {entry[0]: entry[1] for entry in _pairs(self.oidc_roles)}

    @property
    def quiet(self) -> tuple[time, time] | None:
        """When nobody is told begins and ends; None where people may be told at any time."""
        return None if self.quiet_hours == _NONE else _clocks(self.quiet_hours)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that days and months are counted in."""
        return ZoneInfo(self.timezone)


def read_settings() -> Settings:
    """Read the settings, or say in one line which variable is wrong and why."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = _variable("_".join(str(part) for part in first["loc"]))
        raise WrongSettings(f"{name}: {wrongs.plain(first['msg'])}") from error


def misspelt() -> dict[str, str]:
    """Variables that are set and are none of ours, each with the one that was meant."""
    given = {**EnvSettingsSource(Settings).env_vars, **DotEnvSettingsSource(Settings).env_vars}
    names = {name.lower() for name in given if name.upper().startswith(_PREFIX)}
    fields = list(Settings.model_fields)
    strange = sorted({name[len(_PREFIX) :] for name in names}.difference(fields))
    near = {name: get_close_matches(name, fields, 1, _NEAR) for name in strange}
    return {_variable(name): _variable(meant[0]) for name, meant in near.items() if meant}


def _variable(field: str) -> str:
    return _PREFIX + field.upper()
