"""What a profile may say: how one CRM is signed in to, read and written. Data alone, no code."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from connectors.kit.door import Spoken, spoken
from connectors.kit.options import ZoneName
from connectors.kit.records import Noun
from connectors.kit.rule import Currency, DecimalSign
from connectors.kit.rules import EntityRules
from connectors.profiled.parts import (
    Auth,
    Entity,
    HookIn,
    Limits,
    ListStyle,
    NoAuth,
    Part,
    Writes,
)
from connectors.profiled.placeholders import Wrong, check, secrets_in

PAGING = frozenset({"page", "size", "offset", "cursor", "conditions", "since"})
WRITING = frozenset({"text", "title", "due", "due_on", "about", "about_noun", "owner", "link"})
READABLE = tuple(noun for noun in Noun if noun not in {Noun.PIPELINE, Noun.FIELD})

Where = tuple[str | int, ...]


class Profile(Part):
    """How one CRM is read and written."""

    profile: str
    """Its name."""
    version: Literal[1] = 1
    status: str = ""
    account: str = ""
    """Who the account is, whatever its address: tells apart those at the same one."""
    root: str = ""
    """What all paths begin with."""
    zone: ZoneName = "Europe/Moscow"
    currency: Currency | None = None
    decimal: DecimalSign | None = None
    secrets: dict[str, str] = Field(default_factory=dict)
    """The names of the secrets, and what each is."""
    limits: Limits = Limits()
    auth: Auth = NoAuth(kind="none")
    lists: dict[str, ListStyle] = Field(default_factory=dict)
    entities: dict[Noun, Entity]
    writes: Writes = Writes()
    hook_in: HookIn | None = None

    def rules(self, noun: Noun) -> EntityRules:
        """How the rows of a noun read."""
        one = self.entities[noun]
        return EntityRules(
            noun=noun,
            key=one.key,
            fields=one.fields,
            zone=one.zone or self.zone,
            currency=one.currency or self.currency,
            decimal=one.decimal or self.decimal,
        )

    def style(self, noun: Noun) -> ListStyle:
        """How the list of a noun is asked for."""
        return self.lists[self.entities[noun].list_]

    @model_validator(mode="after")
    def _fits_together(self) -> "Profile":
        if not self.entities:
            raise _wrong(
                ("entities",), "name at least one entity", "назовите хотя бы одну сущность"
            )
        for noun, entity in self.entities.items():
            self._check_entity(noun, entity)
        self._check_secrets()
        self._check_writes()
        self._check_hook()
        return self

    def _check_entity(self, noun: Noun, entity: Entity) -> None:
        here: Where = ("entities", noun.value)
        if noun not in READABLE:
            there = ", ".join(READABLE)
            raise _wrong(
                here,
                f"a {noun} is not read by a profile; there are: {there}",
                f"{noun} по профилю не читается; есть: {there}",
            )
        try:
            self.rules(noun)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            why = first.get("ctx") or {}
            said = why.get("said", first["msg"])
            path = (*here, *why.get("path", ()))
            raise _wrong(path, said, getattr(said, "ru", said)) from error
        self._check_list(here, entity)

    def _check_list(self, here: Where, entity: Entity) -> None:
        if bool(entity.list_) == (entity.file is not None):
            raise _wrong(
                here,
                "give one of list (its name) and file (names: ...)",
                "укажите одно из двух: list (имя списка) или file (names: ...)",
            )
        if entity.file is not None:
            if entity.changed_since or entity.one:
                raise _wrong(
                    here,
                    "of files nobody can be asked: leave changed_since and one out",
                    "о файлах некого спросить: уберите changed_since и one",
                )
            return
        style, given = self.lists.get(entity.list_), frozenset(entity.with_)
        if style is None:
            known = ", ".join(self.lists) or "-"
            raise _wrong(
                (*here, "list"),
                f"there is no list {entity.list_!r}; there are: {known}",
                f"нет списка {entity.list_!r}; есть: {known}",
            )
        there = ("lists", entity.list_)
        _check((*there, "path"), style.path, given)
        _check((*there, "query"), style.query, given | PAGING)
        _check((*there, "body"), style.body, given | PAGING)
        if entity.changed_since:
            _check((*here, "changed_since"), entity.changed_since.model_dump(), given | {"since"})
        if entity.one:
            _check((*here, "one"), entity.one.path, given | {"key"})

    def _check_secrets(self) -> None:
        for where, part in (("auth", self.auth), ("writes", self.writes)):
            unknown = sorted(secrets_in(part.model_dump()) - self.secrets.keys())
            if unknown:
                known = ", ".join(self.secrets) or "-"
                raise _wrong(
                    (where,),
                    f"there is no secret {unknown[0]} among those under secrets: {known}",
                    f"секрета {unknown[0]} нет среди названных в secrets: {known}",
                )

    def _check_writes(self) -> None:
        for name in ("task", "note"):
            if one := getattr(self.writes, name):
                _check(("writes", name), [one.path, one.body], WRITING)

    def _check_hook(self) -> None:
        for noun in self.hook_in.entities.values() if self.hook_in else ():
            if noun not in self.entities or self.entities[noun].one is None:
                raise _wrong(
                    ("hook_in", "entities"),
                    f"word of a {noun} is of use only where one can be asked for: give it one:",
                    f"вызов о {noun} полезен, только если запись можно запросить: добавьте ей one:",
                )


def _check(where: Where, part: Any, known: Iterable[str]) -> None:
    try:
        check(part, frozenset(known))
    except Wrong as error:
        raise _wrong(where, str(error), spoken(error, "ru")) from error


def _wrong(path: Where, en: str, ru: str) -> PydanticCustomError:
    return PydanticCustomError("profile", "{said}", {"said": Spoken(en, ru), "path": path})
