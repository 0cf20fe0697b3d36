"""The Bitrix24 portal: who it is, its nouns page by page, and single records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from connectors.bitrix24 import subscribing
from connectors.bitrix24.about import DOOR, about
from connectors.bitrix24.calling import Portal
from connectors.bitrix24.changes import Changes
from connectors.bitrix24.composing import Composer
from connectors.bitrix24.cursor import Reach
from connectors.bitrix24.entities import LEAD_IDS, pulled
from connectors.bitrix24.hooks import read_hook
from connectors.bitrix24.lexicon import Lexicon
from connectors.bitrix24.lists import LISTS
from connectors.bitrix24.mapping import Mapper
from connectors.bitrix24.oauth import HOSTS
from connectors.bitrix24.settings import Settings
from connectors.bitrix24.trouble import is_off
from connectors.bitrix24.writing import Writer
from connectors.kit import custom
from connectors.kit.contract import (
    About,
    Credentials,
    Cursor,
    Deletions,
    Hook,
    NounFacts,
    Page,
    Subscribed,
)
from connectors.kit.errors import Refused
from connectors.kit.http import OverHttp
from connectors.kit.records import Noun, RawRecord, Record
from connectors.kit.writes import WritesBy

_SHORT = NounFacts(is_whole=True)
_ABSENT = NounFacts()
_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_MARKED = NounFacts(frozenset({Deletions.FLAG, *_ANNOUNCED.deletions}))
"""A lead that became a deal is there, and counts no more."""
_KEPT = NounFacts(frozenset())


class Bitrix24(OverHttp, WritesBy):
    """One Bitrix24 portal."""

    kind = "bitrix24"
    hosts = HOSTS
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {
            Noun.GROUP: _SHORT,
            Noun.USER: _SHORT,
            Noun.FIELD: _SHORT,
            Noun.PIPELINE: _SHORT,
            Noun.PRODUCT: _ANNOUNCED,
            Noun.COMPANY: _ANNOUNCED,
            Noun.CONTACT: _ANNOUNCED,
            Noun.DEAL: _MARKED,
            Noun.INVOICE: _ANNOUNCED,
            Noun.TASK: _ANNOUNCED,
            Noun.NOTE: _ANNOUNCED,
            Noun.EVENT: _KEPT,  # with a deal its history goes, too: that is no deletion of facts
        }
    )
    door = DOOR
    cards: Mapping[str, str] = MappingProxyType(
        {
            Noun.COMPANY: "crm/company/details",
            Noun.CONTACT: "crm/contact/details",
            Noun.DEAL: "crm/deal/details",
            f"{Noun.DEAL}/{LEAD_IDS}": "crm/lead/details",
            Noun.INVOICE: "crm/type/31/details",
        }
    )

    hook_nouns = subscribing.TOLD
    hooks_come_within = subscribing.COME_WITHIN

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(credentials.options)
        self._settings = settings
        self._portal = Portal(credentials, settings.per_second)
        self._http = self._portal.http
        self._lexicon = Lexicon(self._portal, pulled(leads=settings.leads))
        self._changes = Changes(self._portal, self._lexicon, settings)
        self._mapper = Mapper(settings, credentials.fields)
        composer = Composer(self._portal, self._lexicon, settings, credentials.fields)
        self._writer = Writer(self._portal, composer)

    def about(self) -> About:
        """Who the portal is, in what it counts, and whether it keeps to filters."""
        return about(self._portal, self._settings.account)

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since; see `changes`."""
        if noun in LISTS:
            try:
                yield from self._changes.pull(noun, Reach.read(cursor))
            except Refused as error:
                if noun is not Noun.INVOICE or not is_off(error.data):
                    raise
        else:
            yield Page(tuple(self._short(noun)), is_whole=True)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        return self._mapper.translate(raw)

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        if noun in LISTS:
            yield from self._changes.some(noun, external_ids)
            return
        asked = set(external_ids)
        yield from (raw for raw in self._short(noun) if raw.external_id in asked)

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks and activities about a record."""
        yield from self._changes.about(noun, external_id)

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """What an event tells, whether it is true or not."""
        settings = self._settings
        hook = read_hook(headers, body, settings.hook_token, leads=settings.leads)
        is_renamed = self._settings.account and hook.account == self._portal.host
        return replace(hook, account=self._settings.account) if is_renamed else hook

    def subscribed(self, url: str) -> Subscribed:
        """How the events of an address stand."""
        is_known = bool(self._settings.hook_token)
        leads = self._settings.leads
        return subscribing.subscribed(self._portal, url, leads=leads, by_hand=is_known)

    def subscribe(self, url: str) -> None:
        """Have all told to an address that events tell."""
        subscribing.subscribe(self._portal, url, leads=self._settings.leads)

    def unsubscribe(self, url: str) -> None:
        """Have nothing more told to an address."""
        subscribing.unsubscribe(self._portal, url)

    def _short(self, noun: Noun) -> Iterator[RawRecord]:
        """All of a list that is read whole each time."""
        lexicon = self._lexicon
        if noun is Noun.FIELD:
            for of, fields in lexicon.fields().items():
                whose = f"{of.noun}/{of.prefix}"
                yield from (RawRecord(noun, f"{whose}{key}", one) for key, one in fields.items())
            return
        rows: Iterable[Any]
        match noun:
            case Noun.GROUP:
                rows, key = lexicon.departments(), "ID"
            case Noun.USER:
                rows, key = lexicon.users(), "ID"
            case _:
                rows, key = lexicon.pipelines(), "id"
        yield from (RawRecord.of(noun, custom.text(row.get(key)), row) for row in rows)
