"""The field map of a source: which custom field is which; guessed, shown, changed by people."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors import BadRecord, Connector, ConnectorError, Field, Noun, fieldmap
from kam_sync.accounts.store import FieldStore, SavingStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services


@dataclass(frozen=True, slots=True)
class Entry:
    """A target with what it is read from, what is wrong with that, and what may fit better."""

    target: str
    external_id: str
    """The field that is mapped; empty when none is."""
    field: Field | None
    wrong: fieldmap.Wrong | None
    offer: fieldmap.Guess | None
    is_confirmed: bool = False
    """A person has said so; else it is a guess."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The field map of a source beside all its custom fields."""

    entries: tuple[Entry, ...]
    fields: tuple[Field, ...]
    samples: Mapping[str, str]
    """A value of each field that the newest records hold."""
    is_confirmed: bool

    @property
    def wrongs(self) -> list[fieldmap.Wrong]:
        """Entries that cannot be followed, as when a field was deleted in the CRM."""
        return [entry.wrong for entry in self.entries if entry.wrong]

    @property
    def offers(self) -> list[Entry]:
        """Targets for which there is a field that is not taken yet."""
        return [entry for entry in self.entries if entry.offer]


def read_fields(connector: Connector) -> list[Field]:
    """The custom fields of a CRM account; none where they cannot be read now."""
    if Noun.FIELD not in connector.nouns:
        return []
    found: dict[str, Field] = {}
    try:
        for page in connector.pull(Noun.FIELD, None):
            for raw in page.records:
                with suppress(BadRecord):
                    field = connector.translate(raw)
                    if isinstance(field, Field):
                        found[field.external_id] = field
    except ConnectorError:
        return []  # a source is connected without them; the next sync brings them
    return list(found.values())


def guessed(fields: Sequence[Field]) -> dict[str, str]:
    """The map that codes, names and kinds of fields speak for."""
    return {target: one.external_id for target, one in fieldmap.guess(fields).items()}


def look(session: Session, source_id: int, *, with_samples: bool = False) -> Shown:
    """The map of a source as it stands."""
    access, store = SourceStore(session).access(source_id), FieldStore(session)
    fields = store.fields(source_id)
    living = [field for field in fields if not field.is_deleted]
    by_id = {field.external_id: field for field in living}
    wrongs = {wrong.target: wrong for wrong in _check(access.field_map, fields)}
    guesses, taken = fieldmap.guess(living), set(access.field_map.values())
    entries = []
    for target in (*fieldmap.TARGETS, *(t for t in access.field_map if t in wrongs)):
        mapped, wrong, guess = access.field_map.get(target, ""), wrongs.get(target), None
        is_confirmed = access.is_confirmed(target)
        if not mapped or wrong or not is_confirmed:
            guess = guesses.get(target)
        offer = guess if guess and guess.external_id not in taken else None
        entries.append(Entry(target, mapped, by_id.get(mapped), wrong, offer, is_confirmed))
    samples = store.samples(source_id, access.zone) if with_samples else {}
    known = {entry.target: entry for entry in entries}
    return Shown(tuple(known.values()), tuple(living), samples, access.is_map_confirmed)


def wrongs(services: Services, name: str) -> list[str]:
    """What is wrong with the map of a source, in words that say what to do."""
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
        shown = look(session, source_id)
    way = command(f"source map {name}")
    return [f"{wrong}; set another: {way}" for wrong in shown.wrongs]


def change(
    services: Services,
    name: str,
    wanted: Mapping[str, str],
    *,
    anew: bool = False,
    whole: bool = False,
) -> Shown:
    """Set targets ("" takes one away), which are confirmed then; the others stay as they are.

    Args:
        anew: guess the others anew.
        whole: a person has seen the others, too, and they are right.

    When that changes the map, all raw records of the source are translated anew at the next sync.
    It is Busy then while the source is pulled: that sync would go on in the old way.
    """
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name(name).id
        before = dict(SourceStore(session).access(source_id).field_map)
        if _merged(session, source_id, wanted, anew=anew) == before:
            _set(session, source_id, before, wanted, anew=anew, whole=whole)
            return look(session, source_id)
    with (
        services.database.alone(f"source {source_id}"),
        services.database.transaction() as session,
    ):
        merged = _merged(session, source_id, wanted, anew=anew)
        _set(session, source_id, merged, wanted, anew=anew, whole=whole)
        SavingStore(session, source_id).translate_again()
        return look(session, source_id)


def _set(
    session: Session,
    source_id: int,
    merged: Mapping[str, str],
    wanted: Mapping[str, str],
    *,
    anew: bool,
    whole: bool,
) -> None:
    """Keep the map; what is guessed anew is a guess again, whoever confirmed what was there."""
    access = SourceStore(session).access(source_id)
    before = () if anew else access.confirmed_targets
    is_whole = whole or (access.is_map_confirmed and not anew)
    SourceStore(session).set_field_map(source_id, merged, {*before, *wanted}, is_whole=is_whole)


def _merged(
    session: Session, source_id: int, wanted: Mapping[str, str], *, anew: bool
) -> dict[str, str]:
    """The map as it is to be; a field that is wanted for a target leaves the one it was of."""
    sources, fields = SourceStore(session), FieldStore(session).fields(source_id)
    kept = guessed(fields) if anew else sources.access(source_id).field_map
    merged = {t: f for t, f in kept.items() if t not in wanted and f not in wanted.values()}
    merged |= {target: field for target, field in wanted.items() if field}
    _refuse_wrong(sources.by_id(source_id).name, merged, wanted, fields)
    return merged


def _refuse_wrong(
    name: str, merged: Mapping[str, str], wanted: Mapping[str, str], fields: Sequence[Field]
) -> None:
    """Refuse what a person wants and the CRM does not have."""
    unknown = [target for target in wanted if target not in fieldmap.TARGETS]
    if unknown:
        raise WrongUse(str(fieldmap.check({unknown[0]: wanted[unknown[0]]}, fields)[0]))
    if wanted and not fields:
        raise WrongUse(
            f"source {name}: its fields are not known yet; first: {command(f'sync {name}')}"
        )
    wrong = [one for one in _check(merged, fields) if one.target in wanted]
    if wrong:
        raise WrongUse(f"{wrong[0]}; see: {command(f'source fields {name}')}")


def _check(field_map: Mapping[str, str], fields: Sequence[Field]) -> list[fieldmap.Wrong]:
    """What is wrong with a map; nothing can be said before the fields are known."""
    return fieldmap.check(field_map, fields) if fields else []
