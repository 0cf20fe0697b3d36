"""How the webhooks of a source stand, and what to do about it, in plain words."""

from connectors import ErrorKind
from kam_sync.base.command import command
from kam_sync.intake.reach import Reach
from kam_sync.intake.subscription import HooksState
from kam_sync.subscribing import Shown
from kam_sync.web.wording import troubles
from kam_sync.web.wording.language import Language


def state(language: Language, shown: Shown) -> str:
    """How they stand: on, off, refused by the CRM; and what a worker is about to do."""
    if not shown.is_wanted and shown.state is not HooksState.OFF:
        return language.gettext("being switched off")
    if shown.is_wanted and shown.state is HooksState.OFF:
        return language.gettext("being switched on")
    if shown.error_kind is ErrorKind.HOOKS_BY_HAND and shown.state is HooksState.REFUSED:
        return language.gettext("to be set up in the CRM by hand")
    return _standing(language, shown.state)


def _standing(language: Language, found: HooksState) -> str:
    match found:
        case HooksState.UNKNOWN:
            return language.gettext("not asked for yet")
        case HooksState.ACTIVE:
            return language.gettext("on")
        case HooksState.OFF:
            return language.gettext("switched off here")
        case HooksState.NO_ADDRESS:
            return language.gettext("off, the CRM cannot reach us")
        case HooksState.REFUSED:
            return language.gettext("refused by the CRM")


def advice(language: Language, shown: Shown) -> str:
    """What to do; empty when nothing is."""
    match shown.state:
        case HooksState.NO_ADDRESS:
            return _reach(language, shown.reach)
        case HooksState.REFUSED:
            return _refused(language, shown)
        case HooksState.OFF if shown.is_wanted:
            return ""
        case HooksState.OFF:
            again = language.gettext("Changes come by polling alone. To have them at once: %(way)s")
            return again % {"way": command(f"hooks on {shown.source}")}
        case HooksState.ACTIVE:
            return quiet(language, shown)
        case HooksState.UNKNOWN:
            return ""


def _refused(language: Language, shown: Shown) -> str:
    if shown.error_kind is not ErrorKind.HOOKS_BY_HAND:
        return reason(language, shown.error_kind)
    said = language.gettext(
        "Changes come by polling. To have them at once, an administrator makes an outgoing webhook "
        "in the CRM with the address that %(url)s prints, and its token is given by %(token)s"
    )
    ways = (f"hooks url {shown.source}", f"source set {shown.source} --set hook_token=...")
    return said % {"url": command(ways[0]), "token": command(ways[1])}


def quiet(language: Language, shown: Shown) -> str:
    """That too few come, and since when; empty when nothing is wrong with it."""
    if shown.quiet is None or shown.quiet_since is None:
        return ""
    said = language.gettext(
        "Since %(since)s too few come. They were asked for anew; look whether KAM_SYNC_PUBLIC_URL "
        "leads here from outside."
    )
    return said % {"since": language.time(shown.quiet_since)}


def share(language: Language, shown: Shown) -> str:
    """How many changes of a day polling alone found; empty when nothing has changed."""
    if not shown.changes:
        return ""
    said = language.gettext("By polling alone, within a day: %(lost)s of %(of)s changed records.")
    numbers = {"lost": language.number(shown.unannounced), "of": language.number(shown.changes)}
    return said % numbers


def reason(language: Language, kind: ErrorKind) -> str:
    """Why the CRM sends none, and who has to do what."""
    known = {
        ErrorKind.NOT_PAID: language.gettext(
            "The plan of the CRM account does not include webhooks. Take a larger one, or switch "
            "them off here."
        ),
        ErrorKind.NO_RIGHTS: language.gettext(
            "Webhooks need the access of an administrator. Let one open the source anew, or switch "
            "them off here."
        ),
        ErrorKind.ADDRESS_REFUSED: language.gettext(
            "The CRM does not take our address. Set KAM_SYNC_PUBLIC_URL to one that it can reach: "
            "https, a public name, no Cyrillic letters."
        ),
        ErrorKind.TOO_MANY_HOOKS: language.gettext(
            "The CRM account has as many webhooks as it may. Delete some in its settings."
        ),
        ErrorKind.HOOKS_FAIL: language.gettext(
            "The CRM switches them off again and again, for it gets no good answers from us. Look "
            "whether KAM_SYNC_PUBLIC_URL leads here from outside, and whether a proxy in between "
            "answers in two seconds."
        ),
    }
    return known.get(kind) or troubles.trouble(language, kind)


def _reach(language: Language, found: Reach) -> str:
    match found:
        case Reach.FINE:
            return language.gettext("The address is set now; it will be tried within the hour.")
        case Reach.NOT_SET:
            return language.gettext(
                "Set KAM_SYNC_PUBLIC_URL to the https address at which the CRM can reach kam_sync. "
                "Until then changes come by polling alone."
            )
        case Reach.NOT_HTTPS:
            return language.gettext(
                "A CRM out there calls https alone; KAM_SYNC_PUBLIC_URL is not."
            )
        case Reach.NOT_PUBLIC:
            return language.gettext(
                "A CRM out there cannot reach the address in KAM_SYNC_PUBLIC_URL: it is good in "
                "your own network alone."
            )
