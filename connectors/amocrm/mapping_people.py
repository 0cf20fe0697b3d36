"""Groups, users, companies, contacts and customers of amoCRM in our words."""

from connectors.amocrm.fields import Fields, Words
from connectors.amocrm.naming import contact_ids, first_id, owner, tags, times
from connectors.kit import pick
from connectors.kit.records import Company, Contact, Customer, Group, RawRecord, User


def group(raw: RawRecord, _words: Words) -> Group:
    """A department; the first one has the number 0."""
    external_id = _group_id(raw.body, "id") or pick.external_id(raw.body)
    return Group(external_id=external_id, name=pick.text(raw.body, "name") or "")


def user(raw: RawRecord, _words: Words) -> User:
    """A user; rights without `is_active` are those of one who works."""
    body, rights = raw.body, pick.one(raw.body, "rights")
    return User(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        email=pick.text(body, "email"),
        group_external_id=_group_id(rights, "group_id") or first_id(body, "groups"),
        is_active=rights.get("is_active") is not False,
    )


def company(raw: RawRecord, words: Words) -> Company:
    """A company, its tax numbers from wherever the account keeps them."""
    body, fields = raw.body, Fields(raw.body, words)
    return Company(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        inn=fields.identifier("company.inn", "inn"),
        kpp=fields.identifier("company.kpp", "kpp"),
        ogrn=fields.identifier("company.ogrn", "ogrn"),
        phones=fields.coded("PHONE"),
        emails=fields.coded("EMAIL"),
        website=fields.first("company.website", "WEB"),
        address=fields.address,
        city=fields.text("company.city") or fields.part_of_address("city"),
        segment=fields.text("company.segment"),
        contract_ends_on=fields.day("company.contract_ends_on"),
        tags=tags(body),
        custom=fields.custom,
        owner_external_id=owner(body),
        **times(body),
    )


def contact(raw: RawRecord, words: Words) -> Contact:
    """A person; often only the whole name is filled in."""
    body, fields = raw.body, Fields(raw.body, words)
    whole = " ".join(pick.text(body, key) or "" for key in ("first_name", "last_name")).strip()
    return Contact(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or whole,
        company_external_id=first_id(body, "companies"),
        position=fields.first("contact.position", "POSITION"),
        consent=fields.flag("contact.consent"),
        do_not_contact=fields.flag("contact.do_not_contact"),
        phones=fields.coded("PHONE"),
        emails=fields.coded("EMAIL"),
        tags=tags(body),
        custom=fields.custom,
        owner_external_id=owner(body),
        **times(body),
    )


def customer(raw: RawRecord, words: Words) -> Customer:
    """A repeat buyer."""
    body = raw.body
    return Customer(
        external_id=pick.external_id(body),
        name=pick.text(body, "name") or "",
        company_external_id=first_id(body, "companies"),
        contact_external_ids=contact_ids(body),
        stage_external_id=pick.maybe_id(body, "status_id"),
        next_purchase_at=pick.moment(body, "next_date"),
        next_amount=pick.amount(body, "next_price"),
        total_amount=pick.amount(body, "ltv"),
        purchases_count=pick.number(body, "purchases_count"),
        currency=pick.currency(words.currency),
        tags=tags(body),
        custom=Fields(body, words).custom,
        owner_external_id=owner(body),
        **times(body),
    )


def _group_id(body: pick.Body, key: str) -> str | None:
    value = body.get(key)
    return "0" if value == 0 and not isinstance(value, bool) else pick.maybe_id(body, key)
