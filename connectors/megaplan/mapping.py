"""Megaplan's rows in our words. Pure, and with its parts the only place that knows their fields."""

from collections.abc import Callable, Mapping

from connectors.kit import pick
from connectors.kit.errors import BadRecord
from connectors.kit.marks import is_marked
from connectors.kit.records import Activity, Field, Happening, Noun, RawRecord, Record, Task
from connectors.kit.values import html_text
from connectors.megaplan import people, sales
from connectors.megaplan.settings import Settings
from connectors.megaplan.values import Words, due, kind_of, linked, moment

OVER = frozenset({"done", "completed", "cancelled", "expired"})
_ABOUT: Mapping[str, Noun] = {
    "Deal": Noun.DEAL,
    "ContractorCompany": Noun.COMPANY,
    "ContractorHuman": Noun.CONTACT,
    "Task": Noun.TASK,
}


class Mapper:
    """Says raw records in our words, with the currency and the field map of one account."""

    def __init__(self, settings: Settings, fields: Mapping[str, str]) -> None:
        named = {target: id_.rpartition("/")[2] for target, id_ in fields.items()}
        self._words = Words(settings.currency, settings.zone, named)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words, or BadRecord."""
        return _BY_NOUN[raw.noun](raw, self._words)


def task(raw: RawRecord, words: Words) -> Task:
    """A task, about the first of its deals or else its customer."""
    body, name = raw.body, pick.text(raw.body, "name")
    noun, about = _about(next(iter(pick.many(body, "deals")), pick.one(body, "contractor")))
    return Task(
        external_id=pick.external_id(body),
        text=name or "",
        is_done=pick.text(body, "status") in OVER,
        about_noun=noun,
        about_external_id=about,
        owner_external_id=linked(body, "responsible", "Employee"),
        due_at=due(body, "deadline", words.zone),
        is_ours=is_marked(name) or is_marked(pick.text(body, "statement")),
        created_at=moment(body, "timeCreated"),
        updated_at=moment(body, "activity"),
        is_deleted=pick.flag(body, "isDropped"),
    )


def note(raw: RawRecord, _words: Words) -> Activity:
    """A comment; letters and messages come as comments, too."""
    body = raw.body
    noun, about = _about(pick.one(body, "subject"))
    said, sent = html_text(body.get("content")), body.get("transportMessages")
    return Activity(
        external_id=pick.external_id(body),
        happening=Happening.MESSAGE if sent else Happening.NOTE,
        kind="message" if sent else "comment",
        at=moment(body, "timeCreated"),
        about_noun=noun,
        about_external_id=about,
        author_external_id=linked(body, "owner", "Employee"),
        text=said,
        is_ours=is_marked(said),
        updated_at=moment(body, "timeUpdated"),
        is_deleted=pick.flag(body, "isDropped"),
    )


def custom_field(raw: RawRecord, _words: Words) -> Field:
    """A custom field; whose it is stands before its name in our id of it."""
    body, whose = raw.body, raw.external_id.partition("/")[0]
    if whose not in set(Noun):
        raise BadRecord("id: it is not known whose field this is")
    options = body.get("enumValues")
    listed = options if isinstance(options, list) else []
    return Field(
        external_id=f"{whose}/{pick.external_id(body, 'name')}",
        about_noun=Noun(whose),
        name=pick.text(body, "hrName") or pick.text(body, "name") or "",
        kind=kind_of(body),
        options=pick.distinct(pick.clean(one) for one in listed if isinstance(one, str)),
    )


def _about(link: pick.Body) -> tuple[Noun | None, str | None]:
    """What a link leads to, where it is something that we pull."""
    noun = _ABOUT.get(str(link.get("contentType")))
    return noun, pick.maybe_id(link, "id") if noun else None


_BY_NOUN: Mapping[Noun, Callable[[RawRecord, Words], Record]] = {
    Noun.GROUP: people.group,
    Noun.USER: people.user,
    Noun.FIELD: custom_field,
    Noun.PIPELINE: sales.pipeline,
    Noun.COMPANY: people.company,
    Noun.CONTACT: people.contact,
    Noun.DEAL: sales.deal,
    Noun.INVOICE: sales.invoice,
    Noun.PAYMENT: sales.payment,
    Noun.TASK: task,
    Noun.NOTE: note,
}
