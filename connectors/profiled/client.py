"""A CRM account that is read and written as a profile says; what it can do follows from that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Self
from urllib.parse import quote, urlsplit

from connectors.kit import pace
from connectors.kit.auth import Proof
from connectors.kit.contract import (
    About,
    Credentials,
    Cursor,
    Deletions,
    Hook,
    NounFacts,
    Page,
)
from connectors.kit.errors import ConnectorError, NoRights
from connectors.kit.http import CrmHttp
from connectors.kit.readers import found
from connectors.kit.records import Noun, RawRecord, Record, Task
from connectors.kit.rules import EntityRules, pipelines, record
from connectors.kit.writes import NotWritten, Write, Written
from connectors.profiled import doors, dropped, hooks, probing, reading, signing_in
from connectors.profiled.lines import line_of, raw_line
from connectors.profiled.model import Profile
from connectors.profiled.placeholders import fill, unlock
from connectors.profiled.pulling import pull, raw_records
from connectors.profiled.settings import Settings
from connectors.profiled.told import Told
from connectors.profiled.writing import Writer


class Profiled(Told):
    """One CRM account and its profile."""

    hosts: tuple[str, ...] = ()

    def __new__(cls, credentials: Credentials) -> Self:
        """One with the capabilities that its profile gives it."""
        profile = _profile(cls.kind, Settings.model_validate(credentials.options))
        can_ask = any(entity.one for entity in profile.entities.values())
        can_write = bool(profile.writes.task or profile.writes.note)
        able: type[Self] = _ABLE(cls, can_ask, can_write)
        return super().__new__(able)

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(credentials.options)
        self.profile = _profile(self.kind, settings)
        self._secrets = signing_in.secrets_of(credentials.token)
        unlock(self.profile.auth.model_dump(), self._secrets)  # a missing one shows at once
        wanted = settings.per_second
        self._turns = (credentials.turns or pace.Pace)(
            self.profile.limits.per_second if wanted is None else wanted
        )
        self._base_url = credentials.base_url
        self._proof = signing_in.at_once(self.profile, self._secrets)
        self._opened: list[CrmHttp] = []
        self._beside: dict[str, CrmHttp] = {}
        self._rules: dict[Noun, EntityRules] = {
            noun: self.profile.rules(noun) for noun in self.profile.entities
        }
        self.nouns: Mapping[Noun, NounFacts] = _nouns(self.profile)
        self._known: CrmHttp | None = None
        self._folder = credentials.folder

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent so far."""
        return sum(http.requests for http in self._opened)

    @property
    def http(self) -> CrmHttp:
        """The API, with our proof; where that is to be had by signing in, it is done now."""
        if self._known is None:
            self._known = self._open(self._proof or self._signed_in())
        return self._known

    def close(self) -> None:
        """Give its connections back."""
        for http in self._opened:
            http.close()

    def about(self) -> About:
        """Where it is. Signs in and asks for one page, for nobody tells who the account is."""
        warnings = []
        first = next((noun for noun, one in self.profile.entities.items() if one.list_), None)
        try:
            if first is not None:
                next(pull(self.http, self.profile, first, None))
        except NoRights as error:
            warnings.append(f"{first}: {error}")
        where = f"{urlsplit(self._base_url).netloc}{self.profile.root}"
        account = self.profile.account or where
        return About(account=account, name=self.profile.profile, warnings=tuple(warnings))

    def probe(self) -> list[dict[str, Any]]:
        """Try the profile step by step; what each step found. Raises nothing that a CRM does."""
        lists = [noun for noun, one in self.profile.entities.items() if one.list_]
        steps: list[dict[str, Any]] = []
        try:
            if lists:
                steps = [probing.said("sign in", "we have what the CRM wants")]
                probe = probing.Probe(self.http, self.profile)
                steps += [step for noun in lists for step in probe.entity(noun)]
        except ConnectorError as error:
            steps = [probing.said("sign in", str(error), is_fine=False)]
        for noun in self.profile.entities:
            if noun not in lists:
                steps += probing.files(self._folder, self.profile, noun)
        return steps

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Pages of a noun since the cursor."""
        if noun is Noun.PIPELINE:
            lines = pipelines(self._rules[Noun.DEAL], self.profile.profile)
            return iter([Page(tuple(map(raw_line, lines)), "", is_whole=True)])
        if self.profile.entities[noun].file:
            return dropped.pull(self._folder, self.profile, noun, cursor)
        return pull(self.http, self.profile, noun, cursor)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        if raw.noun is Noun.PIPELINE:
            return line_of(raw)
        return record(self._rules[raw.noun], raw)

    def _signed_in(self) -> Proof:
        """Our proof, which is renewed by signing in again."""
        http = self._open(Proof(hidden=tuple(self._secrets.values())))

        def again() -> Proof:
            return signing_in.sign_in(self.profile, self._secrets, http)

        return Proof(again().headers, renew=again)

    def _open(self, proof: Proof, *, root: str | None = None) -> CrmHttp:
        http = CrmHttp(
            self._base_url,
            proof=proof,
            turns=self._turns,
            root=self.profile.root if root is None else root,
        )
        self._opened.append(http)
        return http


class _Asks(Profiled):
    """Records can be asked for by their keys, so that word of a change can be looked into."""

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        entity = self.profile.entities.get(noun)
        if entity is None or entity.one is None:
            raise NoRights(f"{noun}: the profile does not say how one is asked for")
        for external_id in external_ids:
            told = {**entity.with_, "key": quote(external_id, safe="")}
            answer = self.http.get(fill(entity.one.path, told), may_be_absent=True)
            item = found(answer.data, entity.one.item_at)
            if item:
                yield from raw_records(self._rules[noun], [item])

    def look(self, external_id: str) -> Task | None:
        """How a task stands; None where it is not there."""
        said = [self.translate(raw) for raw in self.get_many(Noun.TASK, [external_id])]
        return next((one for one in said if isinstance(one, Task)), None)

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:  # noqa: ARG002 - the contract's
        """Nothing: a profile knows of no lists about one record."""
        return iter(())

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """What a call tells."""
        return hooks.read(self.profile.hook_in, headers, body)


class _Writes(Profiled):
    """Tasks and notes can be written."""

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known."""
        return self._writer().write(batch)

    def find_written(
        self,
        write: Write,
        sent_ago: timedelta | None = None,  # noqa: ARG002 - the contract's
    ) -> Written | NotWritten | None:
        """Look for a write that may have been done."""
        return self._writer().find_written(write)

    def _writer(self) -> Writer:
        task = self.profile.entities.get(Noun.TASK)
        look = self.look if isinstance(self, _Asks) and task and task.one else None
        return Writer(self.profile.writes, self._secrets, self._base_url, self._reach, look)

    def _reach(self, root: str | None) -> CrmHttp:
        """The API, or a secret address of the same CRM, which is opened once."""
        if root is None:
            return self.http
        if root not in self._beside:
            self._beside[root] = self._open(Proof(), root=root)
        return self._beside[root]


class SberCrm(Profiled):
    """SberCRM, of whose API nothing official is known."""

    kind = "sbercrm"
    hosts = ("sbercrm.com",)
    door = doors.SBERCRM


class Generic(Profiled):
    """Any other CRM with an API of lists."""

    kind = "generic"
    door = doors.GENERIC


def _profile(kind: str, settings: Settings) -> Profile:
    text = settings.profile
    return reading.read(reading.shipped(kind) if text is None else text)


def _able(cls: Any, can_ask: bool, can_write: bool) -> Any:
    """The class with the capabilities."""
    more = [one for one, has in ((_Asks, can_ask), (_Writes, can_write)) if has]
    return type(cls.__name__, (*more, cls), {}) if more else cls


_ABLE: Callable[[Any, bool, bool], Any] = cache(_able)


def _nouns(profile: Profile) -> Mapping[Noun, NounFacts]:
    known = set(profile.entities) | ({Noun.PIPELINE} if Noun.DEAL in profile.entities else set())
    return {noun: _facts(profile, noun) for noun in Noun if noun in known}


def _facts(profile: Profile, noun: Noun) -> NounFacts:
    entity = profile.entities.get(noun)
    if entity is None:
        return NounFacts(is_whole=True)
    if entity.file:
        gone = {Deletions.ABSENCE} if entity.file.complete else set[Deletions]()
        return NounFacts(frozenset(gone))
    ways = {Deletions.ABSENCE} | ({Deletions.FLAG} if "is_deleted" in entity.fields else set())
    return NounFacts(frozenset(ways), is_whole=entity.changed_since is None)
