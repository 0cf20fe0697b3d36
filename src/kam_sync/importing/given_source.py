"""The source that given rows belong to, and the mappings that it keeps."""

import re
from datetime import timedelta

import orjson
from pydantic import ValidationError

from connectors import Connector, columns
from kam_sync.accounts.store import SavingStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.model import NewSource, Source, SourceState
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.wiring import Services, seal

KIND = "tables"
_PATIENCE = timedelta(seconds=10)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def table_of(name: str) -> columns.Table:
    """The table that people call so, or NotHere with the tables there are."""
    try:
        return columns.table_named(name)
    except KeyError as error:
        raise NotHere(
            f"table {name[:50]}: no such table; there are: {', '.join(columns.TABLES)}"
        ) from error


def find_source(session: Session, name: str) -> Source | None:
    """The source of a name, None when there is none yet, WrongUse when it is one of a CRM."""
    found = next((one for one in SourceStore(session).all() if one.name == name), None)
    if found is not None and found.kind != KIND:
        raise WrongUse(
            f"source {name}: it is pulled from {found.kind}; give rows to a source of their own"
        )
    if found is not None and found.state is SourceState.REMOVING:
        raise WrongUse(f"source {name}: it is being removed")
    return found


def given_source(services: Services, name: str) -> int:
    """The id of the same, made when it is not there yet; by one of two who come at once."""
    with services.database.transaction() as session:
        found = find_source(session, name)
        if found is not None:
            return found.id
    if not _NAME.fullmatch(name):
        raise WrongUse(f"source name {name!r}: use up to 64 Latin letters, digits, dots, dashes")
    with (
        services.database.alone(f"new source {name}", wait=_PATIENCE),
        services.database.transaction() as session,
    ):
        new = NewSource(name=name, kind=KIND, base_url="")
        found = find_source(session, name) or SourceStore(session).add(
            new, seal(services.cipher, "", {}), services.now()
        )
        return found.id


def map_of(
    session: Session, source: Source | None, table: columns.Table
) -> columns.TableMap | None:
    """The mapping that the source keeps for a table, None when it has none."""
    if source is None:
        return None
    kept = SourceStore(session).access(source.id).options.get(table.name)
    try:
        return columns.TableMap.model_validate_json(kept) if kept else None
    except ValidationError as error:
        raise WrongUse(f"the mapping of {table.name} cannot be read; give it anew") from error


def open_given(services: Services, source_id: int) -> Connector:
    """What reads the rows of a source."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        access = SourceStore(session).access(source_id)
        session.expunge_all()
    return services.open(source, access)


def with_map(session: Session, source: Source, map_: columns.TableMap) -> None:
    """Keep a mapping; where it is another one, rows that are kept wait to be read anew."""
    before = map_of(session, source, map_.what)
    if before == map_:
        return
    refuse_other_keys(session, source, map_)
    written = orjson.dumps(map_.as_document()).decode()
    SourceStore(session).set_option(source.id, map_.what.name, written)
    if before is not None:
        SavingStore(session, source.id).translate_again(map_.what.noun)


def refuse_other_keys(session: Session, source: Source, map_: columns.TableMap) -> None:
    """Raise WrongUse where kept rows would get other keys by a mapping, and count twice."""
    before = map_of(session, source, map_.what)
    if before is None or not _keys_differ(before, map_):
        return
    if RawStore(session, source.id).waiting(map_.what.noun, after=0, limit=1):
        raise WrongUse(
            f"by this mapping the rows of {map_.table} that source {source.name} keeps would have "
            "other keys and count twice; give another --source, or remove this one first: "
            + command(f"source remove {source.name}")
        )


def _keys_differ(before: columns.TableMap, after: columns.TableMap) -> bool:
    """Whether a row that is kept would get another key by the new mapping, and so count twice.

    The same under other titles of columns is the same.
    """
    if not before.key and not after.key:
        return False
    return _about_keys(before) != _about_keys(after)


def _about_keys(map_: columns.TableMap) -> object:
    """What the keys of rows follow from, but for the titles of columns."""
    rules = [
        rule.model_dump(exclude={"from_"}) if (rule := map_.fields.get(name)) else None
        for name in map_.key
    ]
    named = {name for name, column in map_.client.model_dump().items() if column}
    return map_.key, rules, named - {"name"} if "client" in map_.key else None
