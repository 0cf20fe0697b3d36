"""Tasks and definitions of custom fields of amoCRM in our words."""

from connectors.amocrm.fields import KINDS, Words
from connectors.amocrm.naming import NOUNS, owner, times
from connectors.kit import pick
from connectors.kit.errors import BadRecord
from connectors.kit.marks import is_marked
from connectors.kit.records import Field, Noun, RawRecord, Task


def task(raw: RawRecord, _words: Words) -> Task:
    """A to-do; a loose one is about nothing."""
    body, text = raw.body, pick.text(raw.body, "text")
    noun = NOUNS.get(str(body.get("entity_type")))
    return Task(
        external_id=pick.external_id(body),
        text=text or "",
        is_done=pick.flag(body, "is_completed"),
        about_noun=noun,
        about_external_id=pick.maybe_id(body, "entity_id") if noun else None,
        owner_external_id=owner(body),
        due_at=pick.moment(body, "complete_till"),
        kind=pick.maybe_id(body, "task_type_id"),
        result=pick.text(pick.one(body, "result"), "text"),
        is_ours=is_marked(text),
        **times(body),
    )


def custom_field(raw: RawRecord, _words: Words) -> Field:
    """A custom field; whose it is stands before its number in our id of it."""
    body, whose = raw.body, raw.external_id.partition("/")[0]
    if whose not in set(Noun):
        raise BadRecord("id: it is not known whose field this is")
    return Field(
        external_id=f"{whose}/{pick.external_id(body)}",
        about_noun=Noun(whose),
        name=pick.text(body, "name") or "",
        kind=KINDS.get(str(body.get("type")), "other"),
        code=pick.text(body, "code"),
        options=pick.distinct(pick.text(enum, "value") for enum in pick.many(body, "enums")),
    )
