"""What is wrong with a source, in plain words, each with the button or the page that helps."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from connectors import ErrorKind
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.subscription import HooksState
from kam_sync.web.pages.source_look import Shown
from kam_sync.web.wording import fields, sentences, troubles, webhooks
from kam_sync.web.wording.language import Language


class Does(StrEnum):
    """What a button does."""

    LEADS = "leads"
    """It leads to where it is done."""
    RESUMES = "resumes"
    """It goes on with the source at once."""
    SYNCS = "syncs"
    """It begins a sync at once, where there is a queue."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    text: str
    details: str = ""
    """What the program wrote down, in English."""
    label: str = ""
    """What the button says; empty where nothing is to be done by one."""
    address: str = ""
    does: Does = Does.LEADS


def of(language: Language, shown: Shown) -> list[Problem]:
    """All that is wrong with a source, the gravest first."""
    return [
        *_of_state(language, shown),
        *_of_last_sync(language, shown),
        *_of_access(language, shown),
        *_of_records(language, shown),
        *_of_webhooks(language, shown),
    ]


def _of_state(language: Language, shown: Shown) -> Iterator[Problem]:
    source, here = shown.source, f"/sources/{shown.source.name}"
    said = troubles.trouble(language, source.error_kind)
    match source.state:
        case SourceState.NEEDS_REAUTH:
            label = language.gettext("Open the source anew")
            yield Problem(said, source.state_reason, label, f"{here}/reauth")
        case SourceState.NEEDS_PERSON:
            if source.error_kind is ErrorKind.TOKEN_REFUSED:
                label, way = language.gettext("Give a new one"), f"{here}/reauth"
                yield Problem(said, source.state_reason, label, way)
                return
            label = language.gettext("Go on")
            yield Problem(said, source.state_reason, label, f"{here}/resume", Does.RESUMES)
        case SourceState.PAUSED if source.state_reason:
            yield Problem(said, source.state_reason)
        case SourceState.REMOVING | SourceState.PAUSED | SourceState.ACTIVE:
            return


def _of_last_sync(language: Language, shown: Shown) -> Iterator[Problem]:
    last, way = shown.last, f"/sources/{shown.source.name}/sync"
    is_active = shown.source.state is SourceState.ACTIVE
    again = language.gettext("Try again") if is_active else ""
    if is_active and last is not None and last.state is not RunState.DONE and not shown.is_mended:
        before = language.gettext("The last sync did not succeed.")
        said = f"{before} {troubles.trouble(language, last.error_kind)}"
        yield Problem(said, last.message, again, way, Does.SYNCS)
    for noun in shown.nouns:
        if noun.is_failing and noun.message:
            name = sentences.noun(language, noun.noun)
            said = f"{name}: {troubles.trouble(language, noun.error_kind)}"
            yield Problem(said, noun.message, again, way, Does.SYNCS)


def _of_access(language: Language, shown: Shown) -> Iterator[Problem]:
    way = f"/sources/{shown.source.name}/reauth"
    if not shown.sees_all:
        said = language.gettext(
            "Who let us in is no administrator: we see only what they see, and what vanishes waits "
            "for a person. Let an administrator open it anew."
        )
        yield Problem(said, "", language.gettext("Open the source anew"), way)
    if shown.is_token_ending:
        said = language.gettext("Its token ends: %(time)s, and nobody can renew it.")
        ends = {"time": language.time(shown.source.token_ends_at)}
        yield Problem(said % ends, "", language.gettext("Give a new one"), way)


def _of_records(language: Language, shown: Shown) -> Iterator[Problem]:
    here = f"/sources/{shown.source.name}"
    for waits in shown.held:
        said = language.gettext("A deletion waits for you: %(noun)s")
        noun = {"noun": sentences.noun(language, waits.held.noun)}
        yield Problem(said % noun, "", language.gettext("Decide"), f"{here}#held")
    for wrong in shown.map.wrongs:
        said = f"{fields.target(language, wrong.target)}: {fields.wrong(language, wrong)}"
        yield Problem(said, "", language.gettext("Choose another field"), f"{here}/fields")
    if left := sum(check.left_over for check in shown.checks):
        said = language.ngettext(
            "%(num)s record differs from the CRM.", "%(num)s records differ from the CRM.", left
        )
        label = language.gettext("See what differs")
        yield Problem(said % {"num": language.number(left)}, "", label, f"{here}/ledger")
    if shown.set_aside_count:
        said = language.ngettext(
            "%(num)s record could not be understood; it is kept as it came",
            "%(num)s records could not be understood; they are kept as they came",
            shown.set_aside_count,
        )
        number = {"num": language.number(shown.set_aside_count)}
        yield Problem(said % number, "", language.gettext("Look at them"), f"{here}#set-aside")


def _of_webhooks(language: Language, shown: Shown) -> Iterator[Problem]:
    hooks = shown.webhooks
    if hooks is None:
        return
    is_refused = hooks.state is HooksState.REFUSED
    if (is_refused and hooks.error_kind is not ErrorKind.HOOKS_BY_HAND) or hooks.quiet:
        said = language.gettext("Webhooks: %(state)s") % {"state": webhooks.state(language, hooks)}
        label = language.gettext("Look at them")
        yield Problem(f"{said}.", "", label, f"/sources/{shown.source.name}#webhooks")
