"""The health of sources, as the doctor and the page of the installation say it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kam_sync import deciding, field_map, subscribing
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import KamSyncError
from kam_sync.base.settings import Locale
from kam_sync.connecting import way_back
from kam_sync.intake.grant import SealedGrant
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import GrantStore, InboxStore, RunStore, SourceStore, TurnStore
from kam_sync.intake.subscription import HooksState
from kam_sync.jobs.serving import is_tried_again
from kam_sync.ledger.store import LedgerBook
from kam_sync.web.check import Check
from kam_sync.web.wording import fields, webhooks
from kam_sync.web.wording.health import standing
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

_BAD = {RunState.FAILED, RunState.LATER}


def checks(services: Services, language: Language) -> Iterator[Check]:
    """What is found of each source."""
    with services.database.transaction() as session:
        sources = SourceStore(session).all()
        if not sources:
            said = language.gettext("none yet; connect one: %(command)s")
            way = {"command": command("source add --help")}
            yield Check(language.gettext("sources"), said % way)
        for source in sources:
            what = language.gettext("source %(name)s") % {"name": source.name}
            look = _Look(services, session, language, source)
            yield from (replace(one, what=f"{what}{one.what}") for one in look.all())


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at one source."""

    services: Services
    session: Session
    language: Language
    source: Source

    def all(self) -> Iterator[Check]:
        _, source = self.language.gettext, self.source
        grant = GrantStore(self.session).of(source.id)
        try:
            self.services.cipher.unlock(SourceStore(self.session).access(source.id).sealed_token)
        except KamSyncError as error:
            yield Check("", _("its token cannot be read"), str(error))
            return
        then = {"why": source.state_reason, "command": command(f"source resume {source.name}")}
        match source.state:
            case SourceState.NEEDS_PERSON:
                yield Check("", _("needs a person"), _("%(why)s; then: %(command)s") % then)
            case SourceState.NEEDS_REAUTH:
                then["command"] = way_back(source, is_granted=grant is not None)
                yield Check("", _("needs access anew"), _("%(why)s; then: %(command)s") % then)
            case SourceState.REMOVING:
                way = {"command": way_back(source, is_granted=False)}
                advice = _("when that was cut short: %(command)s") % way
                yield Check("", _("being removed"), advice)
            case SourceState.ACTIVE | SourceState.PAUSED:
                yield from self._at_work(grant)

    def _at_work(self, grant: SealedGrant | None) -> Iterator[Check]:
        yield from self._access(grant)
        yield from self._refusals()
        yield from self._webhooks()
        yield from self._room()
        yield from self._records()
        yield from self._fields()
        yield self._last_sync()

    def _access(self, grant: SealedGrant | None) -> Iterator[Check]:
        _, source, zone = self.language.gettext, self.source, self.services.zone
        if source.is_token_ending(self.services.now()):
            ends = {"day": f"{source.token_ends_at:%Y-%m-%d}"}
            way = {"command": command(f"source set {source.name} --token -")}
            advice = _("make a new one in the CRM; then: %(command)s") % way
            yield Check("", _("its token ends on %(day)s and nobody can renew it") % ends, advice)
        if grant is not None and grant.next_try_at is not None:
            found = _("its access was not renewed, %(count)s times in a row")
            again = {"time": f"{grant.next_try_at.astimezone(zone):%H:%M}"}
            advice = _("nothing: tried again from %(time)s on") % again
            yield Check("", found % {"count": grant.failures}, advice)

    def _refusals(self) -> Iterator[Check]:
        _, zone = self.language.gettext, self.services.zone
        found = TurnStore(self.session).standing(self.source.turn_key, self.services.now(), zone)
        if found.held_until is not None:
            until = {"time": f"{found.held_until.astimezone(zone):%H:%M}", "why": found.reason}
            advice = _("nothing is asked until %(time)s: %(why)s") % until
            yield Check("", _("the CRM asked us to slow down"), advice)
        elif found.refusals_today:
            count = {"count": found.refusals_today}
            yield Check("", _("%(count)s requests refused as too many today") % count)

    def _webhooks(self) -> Iterator[Check]:
        """A refusal is an incident, and is told as one."""
        shown = subscribing.look(self.services, self.session, self.source)
        if shown is not None:
            found = webhooks.state(self.language, shown)
            if shown.state is HooksState.NO_ADDRESS:  # no problem: polling finds it all
                found = f"{found}: {webhooks.advice(self.language, shown)}"
            yield Check(self.language.gettext(", webhooks"), found)

    def _room(self) -> Iterator[Check]:
        """Whether webhooks are refused because those that nobody has read fill their room."""
        _, most = self.language.gettext, self.services.settings.hooks_kept_mib
        kept = InboxStore(self.session).kept_bytes(self.source.id) >> 20
        if kept >= most:
            said = _("%(kept)s MiB of them wait to be read, and more are refused") % {"kept": kept}
            way = _("let a worker read them; where a stranger knows the address: %(command)s")
            advice = way % {"command": command(f"hooks rotate {self.source.name}")}
            yield Check(_(", webhooks"), said, advice)

    def _records(self) -> Iterator[Check]:
        _, source = self.language.gettext, self.source
        if held := deciding.count(self.session, source.id):
            way = {"command": command(f"source held {source.name}")}
            found = _("%(count)s deletions are held") % {"count": held}
            yield Check("", found, _("look and decide: %(command)s") % way)
        newest = LedgerBook(self.session).newest(source.id)
        if left := sum(check.left_over for check in newest):
            way = {"command": command(f"ledger list {source.name}")}
            found = _("%(count)s records differ from the CRM") % {"count": left}
            yield Check("", found, _("look and repair: %(command)s") % way)

    def _fields(self) -> Iterator[Check]:
        language = self.language
        way = {"command": command(f"source map {self.source.name}")}
        for wrong in field_map.look(self.session, self.source.id).wrongs:
            advice = language.gettext("set another: %(command)s") % way
            said = f"{fields.target(language, wrong.target)}: {fields.wrong(language, wrong)}"
            if language.locale is Locale.EN:  # names the ids that the command takes
                said = str(wrong)
            yield Check(language.gettext(", field map"), said, advice)

    def _last_sync(self) -> Check:
        """What went wrong is no matter for a person as long as it is being tried again."""
        _, source = self.language.gettext, self.source
        last, stands = RunStore(self.session).last_sync(source.id), standing(self.language, source)
        if last is None or last.state not in _BAD:
            return Check("", stands)
        if is_tried_again(self.session, source.id):
            again = {"state": stands, "why": last.message}
            return Check("", _("%(state)s, tried again after: %(why)s") % again)
        way = way_back(source, is_granted=False) or command(f"sync {source.name}")
        said = {"why": last.message, "command": way}
        return Check("", stands, _("%(why)s; try it again: %(command)s") % said)
