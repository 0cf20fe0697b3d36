"""What a profile may say: how one CRM is signed in to, read and written. Data alone, no code."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from connectors.kit.door import Spoken, spoken
from connectors.kit.options import ZoneName
from connectors.kit.records import Noun
from connectors.kit.rule import Currency, DecimalSign
from connectors.kit.rules import EntityRules
from connectors.kit.wrongs import Path, Wrong, sentences, several
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
from connectors.profiled.placeholders import Wrong as Misplaced
from connectors.profiled.placeholders import check, secrets_in

PAGING = frozenset({"page", "size", "offset", "cursor", "conditions", "since"})
WRITING = frozenset({"text", "title", "due", "due_on", "about", "about_noun", "owner", "link"})
FINISHING = frozenset({"id", "text", "title", "about", "about_noun"})
READABLE = tuple(noun for noun in Noun if noun not in {Noun.PIPELINE, Noun.FIELD})


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
        found = dict.fromkeys((*self._wrong_entities(), *self._wrong_rest()))
        if found:
            raise several(list(found))
        return self

    def _wrong_entities(self) -> Iterator[Wrong]:
        if not self.entities:
            yield _wrong(
                ("entities",), "name at least one entity", "назовите хотя бы одну сущность"
            )
        for noun, entity in self.entities.items():
            here: Path = ("entities", noun.value)
            if noun not in READABLE:
                there = ", ".join(READABLE)
                yield _wrong(
                    here,
                    f"a {noun} is not read by a profile; there are: {there}",
                    f"{noun} по профилю не читается; есть: {there}",
                )
                continue
            try:
                self.rules(noun)
            except ValidationError as error:
                for path, said in sentences(error, EntityRules):
                    yield (*here, *path), said
            yield from self._wrong_list(here, entity)

    def _wrong_list(self, here: Path, entity: Entity) -> Iterator[Wrong]:
        if bool(entity.list_) == (entity.file is not None):
            yield _wrong(
                here,
                "give one of list (its name) and file (names: ...)",
                "укажите одно из двух: list (имя списка) или file (names: ...)",
            )
            return
        if entity.file is not None:
            if entity.changed_since or entity.one:
                yield _wrong(
                    here,
                    "of files nobody can be asked: leave changed_since and one out",
                    "о файлах некого спросить: уберите changed_since и one",
                )
            return
        style, given = self.lists.get(entity.list_), frozenset(entity.with_)
        if style is None:
            known = ", ".join(self.lists) or "-"
            yield _wrong(
                (*here, "list"),
                f"there is no list {entity.list_!r}; there are: {known}",
                f"нет списка {entity.list_!r}; есть: {known}",
            )
            return
        there = ("lists", entity.list_)
        yield from _checked((*there, "path"), style.path, given)
        yield from _checked((*there, "query"), style.query, given | PAGING)
        yield from _checked((*there, "body"), style.body, given | PAGING)
        if entity.changed_since:
            asked = entity.changed_since.model_dump()
            yield from _checked((*here, "changed_since"), asked, given | {"since"})
        if entity.one:
            yield from _checked((*here, "one"), entity.one.path, given | {"key"})

    def _wrong_rest(self) -> Iterator[Wrong]:
        """In signing in, writing and calls."""
        for where, part in (("auth", self.auth), ("writes", self.writes)):
            known = ", ".join(self.secrets) or "-"
            for name in sorted(secrets_in(part.model_dump()) - self.secrets.keys()):
                yield _wrong(
                    (where,),
                    f"there is no secret {name} among those under secrets: {known}",
                    f"секрета {name} нет среди названных в secrets: {known}",
                )
        for name, known_there in (("task", WRITING), ("note", WRITING), ("done", FINISHING)):
            if one := getattr(self.writes, name):
                yield from _checked(("writes", name), [one.path, one.body], known_there)
        for noun in self.hook_in.entities.values() if self.hook_in else ():
            if noun not in self.entities or self.entities[noun].one is None:
                yield _wrong(
                    ("hook_in", "entities"),
                    f"word of a {noun} is of use only where one can be asked for: give it one:",
                    f"вызов о {noun} полезен, только если запись можно запросить: добавьте ей one:",
                )


def _checked(where: Path, part: Any, known: Iterable[str]) -> Iterator[Wrong]:
    try:
        check(part, frozenset(known))
    except Misplaced as error:
        yield _wrong(where, str(error), spoken(error, "ru"))


def _wrong(path: Path, en: str, ru: str) -> Wrong:
    return path, Spoken(en, ru)
