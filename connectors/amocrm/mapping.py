"""amoCRM's rows in our words. Pure, and the only place that knows their field names."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.amocrm.settings import Settings
from connectors.kit import pick
from connectors.kit.records import (
    Company,
    Contact,
    Deal,
    Noun,
    Outcome,
    Pipeline,
    RawRecord,
    Record,
    Stage,
    Task,
    User,
)

_NOUNS_BY_TYPE = {"leads": Noun.DEAL, "contacts": Noun.CONTACT, "companies": Noun.COMPANY}
_OUTCOMES = {"142": Outcome.WON, "143": Outcome.LOST}


class Mapper:
    """Says raw records in our words, with the currency and the field names of one account."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_noun: Mapping[Noun, Callable[[pick.Body], Record]] = {
            Noun.USER: _user,
            Noun.PIPELINE: _pipeline,
            Noun.COMPANY: self._company,
            Noun.CONTACT: _contact,
            Noun.DEAL: self._deal,
            Noun.TASK: _task,
        }

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words, or BadRecord."""
        return self._by_noun[raw.noun](raw.body)

    def _company(self, body: pick.Body) -> Company:
        fields = _fields(body)
        return Company(
            external_id=pick.external_id(body),
            name=pick.text(body, "name") or "",
            inn=_tax_number(fields, self._settings.inn_field, "vat_id"),
            kpp=_tax_number(fields, self._settings.kpp_field, "kpp"),
            phones=_values(fields, "PHONE"),
            emails=_values(fields, "EMAIL"),
            website=next(iter(_values(fields, "WEB")), None),
            owner_external_id=pick.maybe_id(body, "responsible_user_id"),
            created_at=pick.moment(body, "created_at"),
            updated_at=pick.moment(body, "updated_at"),
            is_deleted=pick.flag(body, "is_deleted"),
        )

    def _deal(self, body: pick.Body) -> Deal:
        embedded = pick.one(body, "_embedded")
        stage = pick.external_id(body, "status_id")
        outcome = _OUTCOMES.get(stage, Outcome.OPEN)
        updated_at = pick.moment(body, "updated_at")
        closed_at = pick.moment(body, "closed_at")
        return Deal(
            external_id=pick.external_id(body),
            name=pick.text(body, "name") or "",
            pipeline_external_id=pick.external_id(body, "pipeline_id"),
            stage_external_id=stage,
            outcome=outcome,
            amount=pick.amount(body, "price"),
            currency=pick.currency(self._settings.currency),
            company_external_id=_first_id(embedded, "companies"),
            contact_external_ids=_contact_ids(embedded),
            owner_external_id=pick.maybe_id(body, "responsible_user_id"),
            created_at=pick.moment(body, "created_at"),
            updated_at=updated_at,
            # a closed deal without a closing time was closed no later than its last change
            closed_at=None if outcome is Outcome.OPEN else closed_at or updated_at,
            is_deleted=pick.flag(body, "is_deleted"),
        )


def _user(body: pick.Body) -> User:
    return User(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        email=pick.text(body, "email"),
        is_active=pick.one(body, "rights").get("is_active") is not False,
    )


def _pipeline(body: pick.Body) -> Pipeline:
    stages = tuple(
        Stage(
            external_id=pick.external_id(stage),
            name=pick.text(stage, "name") or "",
            position=pick.number(stage, "sort") or 0,
            outcome=_OUTCOMES.get(pick.external_id(stage), Outcome.OPEN),
        )
        for stage in pick.many(pick.one(body, "_embedded"), "statuses")
    )
    return Pipeline(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        stages=stages,
        is_archived=pick.flag(body, "is_archive"),
    )


def _contact(body: pick.Body) -> Contact:
    fields = _fields(body)
    whole = " ".join(pick.text(body, key) or "" for key in ("first_name", "last_name")).strip()
    return Contact(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or whole,
        company_external_id=_first_id(pick.one(body, "_embedded"), "companies"),
        position=next(iter(_values(fields, "POSITION")), None),
        phones=_values(fields, "PHONE"),
        emails=_values(fields, "EMAIL"),
        owner_external_id=pick.maybe_id(body, "responsible_user_id"),
        created_at=pick.moment(body, "created_at"),
        updated_at=pick.moment(body, "updated_at"),
        is_deleted=pick.flag(body, "is_deleted"),
    )


def _task(body: pick.Body) -> Task:
    noun = _NOUNS_BY_TYPE.get(str(body.get("entity_type")))
    return Task(
        external_id=pick.external_id(body),
        text=pick.text(body, "text") or "",
        is_done=pick.flag(body, "is_completed"),
        about_noun=noun,
        about_external_id=pick.maybe_id(body, "entity_id") if noun else None,
        owner_external_id=pick.maybe_id(body, "responsible_user_id"),
        due_at=pick.moment(body, "complete_till"),
        created_at=pick.moment(body, "created_at"),
        updated_at=pick.moment(body, "updated_at"),
    )


def _first_id(embedded: pick.Body, key: str) -> str | None:
    first = next(iter(pick.many(embedded, key)), None)
    return None if first is None else pick.external_id(first)


def _contact_ids(embedded: pick.Body) -> tuple[str, ...]:
    """Ids of a deal's contacts, the main one first."""
    contacts = sorted(pick.many(embedded, "contacts"), key=lambda c: not pick.flag(c, "is_main"))
    return pick.distinct(pick.external_id(contact) for contact in contacts)


def _fields(body: pick.Body) -> dict[str, list[Any]]:
    """Values of custom fields, by code where the field has one and by name as well."""
    found: dict[str, list[Any]] = {}
    for field in pick.many(body, "custom_fields_values"):
        values = [value.get("value") for value in pick.many(field, "values")]
        names = (pick.text(field, "field_code"), pick.text(field, "field_name"))
        for name in pick.distinct(names):
            found.setdefault(name, []).extend(values)
    return found


def _values(fields: Mapping[str, list[Any]], key: str) -> tuple[str, ...]:
    return pick.distinct(_value(value) for value in fields.get(key, ()))


def _tax_number(fields: Mapping[str, list[Any]], name: str, part: str) -> str | None:
    """From the named field, or from the part of a legal entity that the same or any field holds."""
    plain = next(iter(_values(fields, name)), None)
    if plain:
        return plain
    entities = (value for values in fields.values() for value in values if isinstance(value, dict))
    return next(iter(pick.distinct(_value(entity.get(part)) for entity in entities)), None)


def _value(value: Any) -> str | None:
    """A value of a custom field as text; None for what no text can be made of."""
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return pick.clean(str(value)) if is_plain else None
