"""The Bitrix24 portal: who it is, its nouns page by page, and single records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from connectors.bitrix24.calling import Portal, command
from connectors.bitrix24.changes import Changes
from connectors.bitrix24.cursor import Reach
from connectors.bitrix24.lexicon import Lexicon
from connectors.bitrix24.lists import LISTS, TYPES
from connectors.bitrix24.mapping import Mapper
from connectors.bitrix24.settings import Settings
from connectors.kit import pick
from connectors.kit.contract import About, Credentials, Cursor, Deletions, NounFacts, Page
from connectors.kit.door import Asked, Door
from connectors.kit.errors import NoRights, Refused
from connectors.kit.records import Noun, RawRecord, Record

_SHORT = NounFacts(is_whole=True)
_ABSENT = NounFacts()
_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_KEPT = NounFacts(frozenset())
_NOT_ADMIN = (
    "the webhook or app is not an administrator's: what its user may not see is not read, and "
    "whether something was deleted cannot be told; connect as an administrator"
)
_IGNORED = (
    "the portal ignores the filter by time: each pull reads all rows, which is slow; tell "
    "Bitrix24's support"
)
_FAR = "2190-01-01T00:00:00+00:00"


class Bitrix24:
    """One Bitrix24 portal."""

    kind = "bitrix24"
    hosts = (
        "bitrix24.ru", "bitrix24.com", "bitrix24.by", "bitrix24.kz", "bitrix24.de",
        "bitrix24.eu", "bitrix24.fr", "bitrix24.it", "bitrix24.es", "bitrix24.pl",
    )  # fmt: skip
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {
            Noun.GROUP: _SHORT,
            Noun.USER: _SHORT,
            Noun.FIELD: _SHORT,
            Noun.PIPELINE: _SHORT,
            Noun.PRODUCT: _ANNOUNCED,
            Noun.COMPANY: _ANNOUNCED,
            Noun.CONTACT: _ANNOUNCED,
            Noun.DEAL: _ANNOUNCED,
            Noun.INVOICE: _ANNOUNCED,
            Noun.TASK: _ANNOUNCED,
            Noun.NOTE: _ANNOUNCED,
            Noun.EVENT: _KEPT,  # with a deal its history goes, too: that is no deletion of facts
        }
    )
    door = Door(
        {"ru": "Битрикс24", "en": "Bitrix24"},
        "https://example.bitrix24.ru",
        {
            "ru": "Администратор создаёт входящий вебхук (Разработчикам → Другое → Входящий "
            "вебхук) с правами crm, task, user и копирует его адрес целиком.",
            "en": "An administrator makes an incoming webhook (Developer resources → Other → "
            "Inbound webhook) with the scopes crm, task, user and copies its whole address.",
        },
        (
            Asked(
                "hook_token",
                {"ru": "Токен исходящего вебхука", "en": "Token of the outbound webhook"},
                {
                    "ru": "Если задан, вызовы без него не читаются.",
                    "en": "Where it is given, calls without it are not read.",
                },
            ),
        ),
    )
    cards: Mapping[Noun, str] = MappingProxyType(
        {
            Noun.COMPANY: "crm/company/details",
            Noun.CONTACT: "crm/contact/details",
            Noun.DEAL: "crm/deal/details",
            Noun.INVOICE: "crm/type/31/details",
        }
    )

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(credentials.options)
        self._settings = settings
        self._portal = Portal(credentials, settings.per_second)
        self._lexicon = Lexicon(self._portal)
        self._changes = Changes(self._portal, self._lexicon, settings)
        self._mapper = Mapper(settings, credentials.fields)

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent so far."""
        return self._portal.http.requests

    def close(self) -> None:
        """Give its connections back."""
        self._portal.http.close()

    def about(self) -> About:
        """Who the portal is, in what it counts, and whether it keeps to filters."""
        results, errors = self._portal.batch(
            {
                "me": "profile?",
                "money": "crm.currency.list?",
                **{f"late_{how}": _late(said) for how, said in _DATES.items()},
            }
        )
        if "me" in errors:
            self._portal.fail(errors["me"])
        me = pick.one(results, "me")
        money = results.get("money")
        base = [one for one in money if one.get("BASE") == "Y"] if isinstance(money, list) else []
        kept = [how for how in _DATES if _is_empty(results.get(f"late_{how}"))]
        is_admin = me.get("ADMIN") is True
        facts = {
            "currency": str(base[0].get("CURRENCY")) if base else None,
            "is_admin": "yes" if is_admin else "no",
            "dates": kept[0] if kept else None,
        }
        warnings = [] if is_admin else [_NOT_ADMIN]
        warnings += [] if kept else [_IGNORED]
        return About(
            account=self._portal.host,
            name=self._portal.host,
            facts={key: value for key, value in facts.items() if value},
            warnings=tuple(warnings),
        )

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since; see `changes`."""
        if noun in LISTS:
            reach = Reach.model_validate_json(cursor) if cursor else Reach()
            try:
                yield from self._changes.pull(noun, reach)
            except Refused as error:
                if not _is_off(noun, error):
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

    def _short(self, noun: Noun) -> Iterator[RawRecord]:
        """All of a list that is read whole each time."""
        lexicon = self._lexicon
        if noun is Noun.FIELD:
            for whose, fields in lexicon.fields().items():
                yield from (RawRecord(noun, f"{whose}/{key}", one) for key, one in fields.items())
            return
        rows: Iterable[Any]
        match noun:
            case Noun.GROUP:
                rows, key = lexicon.departments(), "ID"
            case Noun.USER:
                rows, key = lexicon.users(), "ID"
            case _:
                rows, key = lexicon.pipelines(), "id"
        yield from (RawRecord(noun, str(row.get(key)), row) for row in rows)


_DATES = {"iso": _FAR, "plain": _FAR[:19].replace("T", " ")}
"""How a time may be written in a filter: some portals pass over the first one."""


def _late(said: str) -> str:
    """Asks for deals that were changed far in the future: a portal that has some ignores it."""
    asked = {"filter": {">=updatedTime": said}, "select": ["id"], "start": -1}
    return command("crm.item.list", {"entityTypeId": TYPES[Noun.DEAL], **asked})


def _is_empty(result: Any) -> bool:
    return isinstance(result, dict) and result.get("items") == []


def _is_off(noun: Noun, error: NoRights) -> bool:
    """Whether a portal does without smart invoices."""
    said = error.data if isinstance(error, Refused) else None
    code = said.get("error") if isinstance(said, dict) else None
    return noun is Noun.INVOICE and code in {"ENTITY_TYPE_NOT_SUPPORTED", "NOT_FOUND"}
