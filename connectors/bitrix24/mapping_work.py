"""Tasks, activities, the history of stages and custom fields of Bitrix24 in our words."""

from collections.abc import Mapping

from connectors.bitrix24.entities import DEAL, LEAD, LEAD_IDS, by_type
from connectors.bitrix24.lexicon import LEADS
from connectors.bitrix24.lists import TASK
from connectors.bitrix24.reading import Words, kind_of, moment, ref
from connectors.kit import custom, pick
from connectors.kit.errors import BadRecord
from connectors.kit.marks import is_marked
from connectors.kit.records import Activity, Field, Happening, Noun, RawRecord, Task

_TYPES: Mapping[str, Happening] = {"2": Happening.CALL, "4": Happening.EMAIL}
_PROVIDERS: Mapping[str, Happening] = {
    "IMOPENLINES_SESSION": Happening.MESSAGE,
    "CRM_SMS": Happening.MESSAGE,
    "CRM_WHATSAPP": Happening.MESSAGE,
    "VOXIMPLANT_CALL": Happening.CALL,
    "CALL": Happening.CALL,
    "CRM_EMAIL": Happening.EMAIL,
}
_WAYS = {"1": True, "2": False}
_DONE = "5"
_LONGEST_CALL = 86_400


def task(raw: RawRecord, words: Words) -> Task:
    """A to-do of a record's timeline, or a task of its own: our id of it tells which."""
    return _task(raw, words) if raw.external_id.startswith(TASK) else _todo(raw, words)


def activity(raw: RawRecord, words: Words) -> Activity:
    """A call, a letter, a chat or a meeting. What is only planned happened when it was planned."""
    body = raw.body
    kind = pick.text(body, "PROVIDER_ID") or pick.text(body, "TYPE_ID") or ""
    happening = _TYPES.get(str(body.get("TYPE_ID"))) or _PROVIDERS.get(kind, Happening.OTHER)
    begin = custom.moment(body.get("START_TIME"), words.zone)
    created = moment(body, "CREATED", words.zone)
    end = custom.moment(body.get("END_TIME"), words.zone)
    lasted = int((end - begin).total_seconds()) if begin and end else 0
    text = pick.text(body, "SUBJECT")
    about, about_id = _about(body, words)
    return Activity(
        external_id=_under(raw, "ID"),
        happening=happening,
        kind=kind,
        at=(begin or created) if body.get("COMPLETED") == "Y" else created,
        about_noun=about,
        about_external_id=about_id,
        author_external_id=ref(body, "AUTHOR_ID"),
        is_incoming=_WAYS.get(str(body.get("DIRECTION"))),
        text=text,
        seconds=lasted if happening is Happening.CALL and 0 < lasted < _LONGEST_CALL else None,
        is_ours=is_marked(text),
        updated_at=moment(body, "LAST_UPDATED", words.zone),
    )


def step(raw: RawRecord, words: Words) -> Activity:
    """A deal or a lead came to a stage; nothing says from which, nor who moved it."""
    body = raw.body
    entity = LEAD if raw.external_id.startswith(LEAD_IDS) else DEAL
    is_lead, is_new = entity is LEAD, str(body.get("TYPE_ID")) == "1"
    is_pulled = entity in words.entities
    return Activity(
        external_id=f"{entity.prefix}{pick.external_id(body, 'ID')}",
        happening=Happening.CREATED if is_new else Happening.STAGE,
        kind=f"stage_{pick.text(body, 'TYPE_ID') or ''}",
        at=moment(body, "CREATED_TIME", words.zone),
        about_noun=entity.noun if is_pulled else None,
        about_external_id=(
            f"{entity.prefix}{pick.external_id(body, 'OWNER_ID')}" if is_pulled else None
        ),
        details={
            "to": {
                "stage": pick.text(body, "STATUS_ID" if is_lead else "STAGE_ID"),
                "pipeline": LEADS if is_lead else pick.text(body, "CATEGORY_ID"),
            }
        },
    )


def custom_field(raw: RawRecord, words: Words) -> Field:
    """A custom field; whose it is stands before its key in our id of it.

    One of leads says so in its name: else a deal's would be taken for it, and it for a deal's.
    Where nobody wants leads any more, it is gone with them.
    """
    body, (whose, _, key) = raw.body, raw.external_id.partition("/")
    if whose not in set(Noun):
        raise BadRecord("id: it is not known whose field this is")
    is_lead, name = key.startswith(LEAD_IDS), pick.text(body, "title") or ""
    return Field(
        external_id=f"{whose}/{LEAD_IDS if is_lead else ''}{pick.external_id(body)}",
        about_noun=Noun(whose),
        name=f"{name} ({LEAD.name})" if is_lead else name,
        kind=kind_of(body.get("type"), is_multiple=body.get("isMultiple") is True),
        code=pick.text(body, "upperName"),
        options=pick.distinct(pick.text(one, "VALUE") for one in pick.many(body, "items")),
        is_deleted=is_lead and LEAD not in words.entities,
    )


def _todo(raw: RawRecord, words: Words) -> Task:
    body, text = raw.body, pick.text(raw.body, "SUBJECT")
    about, about_id = _about(body, words)
    return Task(
        external_id=_under(raw, "ID"),
        text=text or pick.text(body, "DESCRIPTION") or "",
        is_done=pick.flag(body, "COMPLETED"),
        about_noun=about,
        about_external_id=about_id,
        owner_external_id=ref(body, "RESPONSIBLE_ID"),
        due_at=custom.moment(body.get("DEADLINE"), words.zone),  # none is the year 9999
        kind="todo",
        is_ours=is_marked(text),
        created_at=moment(body, "CREATED", words.zone),
        updated_at=moment(body, "LAST_UPDATED", words.zone),
    )


def _task(raw: RawRecord, words: Words) -> Task:
    body, text = raw.body, pick.text(raw.body, "title")
    noun, about = _bound(body, words)
    return Task(
        external_id=_under(raw, "id"),
        text=text or "",
        is_done=str(body.get("status")) == _DONE,
        about_noun=noun,
        about_external_id=about,
        owner_external_id=ref(body, "responsibleId"),
        due_at=custom.moment(body.get("deadline"), words.zone),
        kind="task",
        is_ours=is_marked(text),
        created_at=moment(body, "createdDate", words.zone),
        updated_at=moment(body, "changedDate", words.zone),
    )


def _under(raw: RawRecord, key: str) -> str:
    """Our id: the list that it comes from, and its number there."""
    return f"{raw.external_id.partition('/')[0]}/{pick.external_id(raw.body, key)}"


def _about(body: pick.Body, words: Words) -> tuple[Noun, str] | tuple[None, None]:
    """What an activity belongs to, where that is pulled."""
    entity = by_type(body.get("OWNER_TYPE_ID"), words.entities)
    number = ref(body, "OWNER_ID")
    return (entity.noun, f"{entity.prefix}{number}") if entity and number else (None, None)


def _bound(body: pick.Body, words: Words) -> tuple[Noun, str] | tuple[None, None]:
    """The first record that we know among those that a task is bound to: D_37, CO_5."""
    listed = body.get("ufCrmTask")
    for said in listed if isinstance(listed, list) else ():
        name, _, number = str(said).partition("_")
        for entity in words.entities:
            if (
                name == entity.short
                and number.isdecimal()
                and number.isascii()
                and len(number) < 19
            ):
                return entity.noun, f"{entity.prefix}{number}"
    return None, None
