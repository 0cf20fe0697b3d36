"""The Megaplan account: who it is, its nouns page by page, and single records."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from connectors.kit import pick
from connectors.kit.auth import bearer
from connectors.kit.contract import About, Credentials, Cursor, Deletions, Hook, NounFacts, Page
from connectors.kit.door import Door
from connectors.kit.errors import BadRecord, NoRights
from connectors.kit.http import CrmHttp, OverHttp
from connectors.kit.records import Noun, RawRecord, Record
from connectors.kit.writes import WritesBy
from connectors.megaplan.answers import meaning, the_row
from connectors.megaplan.changes import Changes
from connectors.megaplan.hooks import read_hook
from connectors.megaplan.lists import Listing
from connectors.megaplan.mapping import Mapper
from connectors.megaplan.reading import ROOT, Reader
from connectors.megaplan.settings import Settings
from connectors.megaplan.writing import Writer

_SHORT = NounFacts(is_whole=True)
_ABSENT = NounFacts()
_FLAGGED = NounFacts(frozenset({Deletions.FLAG, Deletions.EVENT, Deletions.ABSENCE}))
_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_HEARD = NounFacts(frozenset({Deletions.EVENT}))
_KEPT = NounFacts(frozenset({Deletions.FLAG, Deletions.EVENT}))
_CURRENCIES = Listing("currency", "Currency")
_A_CUSTOMER = (
    "the token is a customer's, not an employee's: only what this customer sees is read; give the "
    "token of an administrator"
)


class Megaplan(OverHttp, WritesBy):
    """One Megaplan account."""

    kind = "megaplan"
    hosts = ("megaplan.ru",)
    door = Door(
        {"ru": "Мегаплан", "en": "Megaplan"},
        "https://example.megaplan.ru",
        {
            "ru": "Администратор создаёт в Мегаплане приложение с доступом к API (Настройки → "
            "Приложения) и копирует его токен. Видно то, что видит сам администратор.",
            "en": "An administrator makes an application with access to the API in Megaplan "
            "(Settings → Applications) and copies its token. We see what this administrator sees.",
        },
    )
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {
            Noun.GROUP: _SHORT,
            Noun.USER: _SHORT,
            Noun.FIELD: _ABSENT,
            Noun.PIPELINE: _SHORT,
            Noun.COMPANY: _FLAGGED,
            Noun.CONTACT: _FLAGGED,
            Noun.DEAL: _ANNOUNCED,
            Noun.INVOICE: _ANNOUNCED,
            Noun.PAYMENT: _HEARD,
            Noun.TASK: _ANNOUNCED,
            Noun.NOTE: _KEPT,
        }
    )
    cards: Mapping[Noun, str] = MappingProxyType(
        {
            Noun.COMPANY: "crm",
            Noun.CONTACT: "crm",
            Noun.DEAL: "deals",
            Noun.TASK: "task",
        }
    )

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(credentials.options)
        self._host = urlsplit(credentials.base_url).netloc
        self._account = settings.account or self._host
        self._http = CrmHttp.by(credentials, bearer, settings.per_second, special=meaning)
        self._reader = Reader(self._http, credentials.fields.values())
        self._changes = Changes(self._reader, settings)
        self._mapper = Mapper(settings, credentials.fields)
        self._writer = Writer(self._http, self._reader)

    def about(self) -> About:
        """Who the account is, and with whose rights we read it: it tells only what they may see."""
        me = the_row(self._http.get(f"{ROOT}currentUser").data)
        name = pick.text(me, "name") or str(me.get("id"))
        currency = self._currency()
        return About(
            account=self._account,
            name=f"{self._host.partition('.')[0]} ({name})",
            facts={"currency": currency} if currency else {},
            warnings=(_A_CUSTOMER,) if me.get("contentType") == "ContractorHuman" else (),
        )

    def _currency(self) -> str | None:
        """In what the account counts; None where it does not tell."""
        try:
            rows = list(self._reader.all(_CURRENCIES))
            told = next((row.get("abbreviation") for row in rows if row.get("isBase")), None)
            return pick.currency(str(told)) if told else None
        except (NoRights, BadRecord):
            return None

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since; see `changes`."""
        return self._changes.pull(noun, cursor)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        return self._mapper.translate(raw)

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        return self._changes.some(noun, external_ids)

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks of a deal, and comments on a record."""
        return self._changes.related(noun, external_id)

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """What a call tells, whether it is true or not."""
        return read_hook(headers, body)
