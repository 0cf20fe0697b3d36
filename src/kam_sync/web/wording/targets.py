"""How targets of webhooks and their deliveries stand, in words."""

from kam_sync.notify.model import DeliveryState, TargetState, Wrong
from kam_sync.notify.news import CHOOSABLE
from kam_sync.web.wording.language import Language


def state(language: Language, found: TargetState) -> str:
    """How a target stands."""
    match found:
        case TargetState.ACTIVE:
            return language.gettext("active")
        case TargetState.PAUSED:
            return language.gettext("paused")
        case TargetState.STOPPED:
            return language.gettext("stopped by itself")


def delivery(language: Language, found: DeliveryState) -> str:
    """What became of a message."""
    match found:
        case DeliveryState.WAITING:
            return language.gettext("waits")
        case DeliveryState.DELIVERED:
            return language.gettext("taken")
        case DeliveryState.GIVEN_UP:
            return language.gettext("not delivered")


def wrong(language: Language, why: Wrong) -> str:
    """What is wrong with what was typed, and what to type instead."""
    match why:
        case Wrong.NAME:
            return language.gettext("Use up to 64 Latin letters, digits, dots and dashes.")
        case Wrong.NAME_TAKEN:
            return language.gettext("This name is taken already; choose another one.")
        case Wrong.EVENTS:
            return language.gettext("There is no such event; choose from the list.")
        case _:
            return _wrong_address(language, why)


def _wrong_address(language: Language, why: Wrong) -> str:
    match why:
        case Wrong.NOT_LATIN:
            return language.gettext(
                "Use Latin letters only: a host in its xn-- form, other letters as %D1%85."
            )
        case Wrong.HAS_LOGIN:
            return language.gettext("Leave user and password out: a signature proves who sends.")
        case Wrong.NO_HOST:
            return language.gettext("There is no such host.")
        case Wrong.NOT_PUBLIC:
            return language.gettext(
                "This address is not public. If it is one of yours, an administrator of kam_sync "
                "has to allow it first (KAM_SYNC_ALLOWED_TARGETS)."
            )
        case Wrong.NOT_HTTPS:
            return language.gettext("The address has to begin with https://.")
        case _:
            return language.gettext("An address such as https://example.com/hooks is needed.")


def events() -> list[str]:
    """All types that may be chosen."""
    return [one.value for one in CHOOSABLE]
