"""The settings of the environment: what each is for, and what it says; never a secret."""

from dataclasses import dataclass
from typing import get_args

from pydantic import SecretStr

from kam_sync.base.settings import Settings
from kam_sync.web.wording.language import Language


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment."""

    name: str
    what: str
    value: str
    """As it is set or by default; empty where there is none."""
    is_secret: bool = False
    is_set: bool = False


def of(language: Language, settings: Settings) -> list[Variable]:
    """All of them, in the order in which they are declared."""
    told, found = _what(language), []
    for field, declared in Settings.model_fields.items():
        value = getattr(settings, field)
        is_secret = SecretStr in (declared.annotation, *get_args(declared.annotation))
        found.append(
            Variable(
                f"KAM_SYNC_{field.upper()}",
                told[field],
                "" if is_secret or value is None else str(value),
                is_secret,
                field in settings.model_fields_set and value is not None,
            )
        )
    return found


def _what(language: Language) -> dict[str, str]:
    return {
        "database_url": language.gettext("The database; without it one is kept in the data folder"),
        "data_dir": language.gettext("The folder for data: the database, keys, files"),
        "secret_key": language.gettext(
            "Encrypts stored secrets; without it a file in the data folder does"
        ),
        "public_url": language.gettext("The address under which CRMs and people reach these pages"),
        **_of_provider(language),
        "crm_hosts": language.gettext("Further hosts that tokens of CRMs may be sent to"),
        "allowed_targets": language.gettext("Private addresses that webhooks may be sent to"),
        "timezone": language.gettext("The time zone that days and months are counted in"),
        "calendar": language.gettext("The country whose days off count"),
        "currency": language.gettext("The currency that all money is converted to; empty: none is"),
        "locale": language.gettext("The language where nobody has chosen one"),
        "log_format": language.gettext("How the lines of the log look"),
        "alerts_per_week": language.gettext(
            "How many alerts a person is told of in a week; the rest waits"
        ),
        "quiet_hours": language.gettext("When nobody is told anything"),
        "hook_bytes": language.gettext("The largest webhook that is taken, in bytes"),
        "hooks_per_second": language.gettext("How many webhooks a source may send in a second"),
        "hooks_kept_mib": language.gettext(
            "How much room the webhooks of a source may take, in MiB"
        ),
        "own_kpis_as_service": language.gettext(
            "Whether SQL of your own key figures runs as the service where its role is missing"
        ),
    }


def _of_provider(language: Language) -> dict[str, str]:
    return {
        "oidc_issuer": language.gettext("The identity provider that people may log in through"),
        "oidc_client_id": language.gettext("What the identity provider calls us"),
        "oidc_client_secret": language.gettext("What we prove ourselves to it with"),
        "oidc_role_claim": language.gettext("Where it tells the groups of somebody"),
        "oidc_roles": language.gettext("The roles that groups give, such as sales=kam"),
    }
