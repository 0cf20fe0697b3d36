"""How targets of webhooks and their deliveries stand, in words."""

from kam_sync.notify.model import DeliveryState, TargetState
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
            return language.gettext("given up")


def events() -> list[str]:
    """All types that may be chosen."""
    return [one.value for one in CHOOSABLE]
