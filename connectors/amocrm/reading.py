"""Reads amoCRM's lists: a page, single rows, the account itself; judges no changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from connectors.amocrm.lists import LISTS, Listing, Query, elements, row_id
from connectors.amocrm.naming import PLURALS
from connectors.kit import pick
from connectors.kit.errors import ErrorKind, NeedsPerson, NoRights, Refused, RetryLater
from connectors.kit.http import CrmHttp, Params
from connectors.kit.pages import chunks, forwards, insisting
from connectors.kit.records import Noun

_ROOT = "/api/v4/"
_MOST_IDS = 100
"""Ids in one address; longer ones are cut or refused on the way."""
_FEW = 25
_WITH = "users_groups,datetime_settings,is_api_filter_enabled,invoices_settings"


class Reader:
    """The lists of one account."""

    def __init__(self, http: CrmHttp) -> None:
        self._http = http
        self._trusts_filter = True
        self._catalogs: list[tuple[str, Noun]] = []

    @cached_property
    def account(self) -> dict[str, Any]:
        """What the account says of itself."""
        answer = self._http.get(f"{_ROOT}account", [("with", _WITH)])
        if not isinstance(answer.data, dict) or "id" not in answer.data:
            raise NeedsPerson("amocrm: this is not an amoCRM account; is the URL right?")
        return answer.data

    @property
    def is_filter_on(self) -> bool:
        """Whether the paid filters work, as the account says until an answer proves it wrong."""
        return self._trusts_filter and self.account.get("is_api_filter_enabled") is not False

    def distrust_filter(self) -> None:
        """A filter was ignored or refused: do without from now on."""
        self._trusts_filter = False

    def is_admin(self) -> bool | None:
        """Whether the token is an administrator's; None when it cannot be told."""
        try:
            answer = self._http.get(
                f"{_ROOT}users/{self.account.get('current_user_id')}", may_be_absent=True
            )
        except NoRights:
            return False  # users are shown to administrators alone
        rights = pick.one(answer.data, "rights") if isinstance(answer.data, dict) else {}
        return bool(rights["is_admin"]) if "is_admin" in rights else None

    def now(self) -> datetime:
        """The CRM's own idea of the time, which its `updated_at` are made of.

        It tells whole seconds: of the one that runs, all is asked for, too.
        """
        at = self._http.server_time() or self._http.get(f"{_ROOT}account").at
        return at + timedelta(seconds=1)

    @property
    def has_no_customers(self) -> bool:
        """Whether the account itself says so."""
        return self.account.get("customers_mode") in {"unavailable", "disabled"}

    def lists(self, noun: Noun) -> tuple[Listing, ...]:
        """The lists that hold a noun."""
        match noun:
            case Noun.INVOICE | Noun.PRODUCT:
                # none may be a mistake of that moment: the next who wants to know asks again
                self._catalogs = self._catalogs or self._ask_for_catalogs()
                return tuple(elements(noun, id_) for id_, type_ in self._catalogs if type_ == noun)
            case _:
                return LISTS.get(noun, ())

    def _ask_for_catalogs(self) -> list[tuple[str, Noun]]:
        """The catalogs with what their elements are to us: suppliers are nothing that is sold."""
        settings = pick.one(self.account, "invoices_settings")
        found: list[tuple[str, Noun]] = []
        for row in self._catalog_rows():
            id_, type_ = row_id(row), row.get("type") if isinstance(row, dict) else None
            is_invoices = type_ == "invoices" or id_ == row_id(
                {"id": settings.get("invoices_catalog_id")}
            )
            if id_ is not None and type_ != "suppliers":
                found.append((id_, Noun.INVOICE if is_invoices else Noun.PRODUCT))
        return found

    def _catalog_rows(self) -> Iterator[Any]:
        asked = insisting(partial(self.page, _CATALOGS, ()), full=_CATALOGS.limit, is_whole=True)
        for rows in forwards(asked, what="amocrm catalogs"):
            yield from rows
            if len(rows) < _CATALOGS.limit:  # nearly always: that saves asking for a second page
                return

    def page(self, listing: Listing, query: Query, number: int, size: int = 0) -> list[Any]:
        """A page of a list, of its usual size where none is said."""
        size = size or listing.limit
        return self.rows(listing, (*query, ("limit", str(size)), ("page", str(number))))

    def rows(self, listing: Listing, params: Params) -> list[Any]:
        """The rows of one answer; amoCRM says nothing at all where there are none."""
        path = f"{_ROOT}{listing.path}"
        found = _embedded(listing.path, self._http.get(path, [*params, *listing.more]).data)
        return self._with_contacts(found) if listing.noun is Noun.DEAL else found

    def some(self, listing: Listing, ids: Sequence[str]) -> Iterator[Any]:
        """Those rows that are there, by amoCRM's ids: asked for together where that works.

        Raises NoRights where the account does not have the list: then nothing is known of them.
        """
        try:
            yield from self._some(listing, ids)
        except NeedsPerson as error:
            if is_off(listing, error):
                raise NoRights(str(error), status=error.status, kind=error.kind) from error
            raise

    def _some(self, listing: Listing, ids: Sequence[str]) -> Iterator[Any]:
        rest = list(ids)
        if not listing.is_paid or self.is_filter_on:
            for chunk in chunks(ids, _MOST_IDS):
                rows = self._filtered(listing, chunk)
                if rows is None:
                    break
                yield from rows
                rest = rest[len(chunk) :]
        for id_ in rest:
            path = f"{_ROOT}{listing.path}/{id_}"
            row = self._http.get(path, listing.more, may_be_absent=True).data
            if row is not None:
                yield from self._with_contacts([row]) if listing.noun is Noun.DEAL else [row]

    def related(self, noun: Noun, id_: str) -> Iterator[tuple[Listing, list[Any]]]:
        """Rows of tasks and notes about a record, with the lists they belong to."""
        plural = PLURALS[noun]
        about = (("filter[entity_type]", plural), ("filter[entity_id]", id_))
        tasks = LISTS[Noun.TASK][0]
        notes = next(one for one in LISTS[Noun.NOTE] if one.path == f"{plural}/notes")
        of_one = replace(notes, path=f"{plural}/{id_}/notes")
        for listing, query in ((tasks, about), (of_one, ())):
            asked = partial(self.page, listing, (*query, *listing.order))
            for rows in forwards(asked, what=f"amocrm {listing.noun}"):
                yield listing, [row for row in rows if row_id(row) and _is_about(row, id_)]

    def _filtered(self, listing: Listing, ids: Sequence[str]) -> list[Any] | None:
        """Rows by their ids; None where the answer shows that the filter does not work."""
        query = [*(("filter[id][]", id_) for id_ in ids), ("limit", str(listing.limit))]
        try:
            rows = self.rows(listing, query)
        except Refused as error:
            if is_off(listing, error):
                raise
            rows = [None]
        if {row_id(row) for row in rows} <= set(ids):
            return rows
        if listing.is_paid:
            self.distrust_filter()
        return None

    def _with_contacts(self, rows: list[Any]) -> list[Any]:
        """Leads with their contacts: where `with` was passed over in silence, by their links."""
        leads = {row_id(row): row for row in rows if isinstance(row, dict)}
        if not leads or any("contacts" in pick.one(row, "_embedded") for row in leads.values()):
            return rows
        found: dict[str | None, list[Any]] = {id_: [] for id_ in leads}
        for link in self._links([id_ for id_ in leads if id_]):
            if link.get("to_entity_type") == "contacts":
                more = pick.one(link, "metadata")
                contact = {"id": link.get("to_entity_id"), "is_main": more.get("main_contact")}
                found.setdefault(row_id({"id": link.get("entity_id")}), []).append(contact)
        return [
            row | {"_embedded": {**pick.one(row, "_embedded"), "contacts": found[row_id(row)]}}
            if isinstance(row, dict)
            else row
            for row in rows
        ]

    def _links(self, leads: Sequence[str]) -> Iterator[Any]:
        """Links of leads; so few at once that whether they come in pages does not matter."""
        for chunk in chunks(leads, _FEW):
            query = [("filter[entity_id][]", id_) for id_ in chunk]
            for row in self.rows(_LINKS, [*query, ("limit", str(_LINKS.limit))]):
                yield row if isinstance(row, dict) else {}


def is_off(listing: Listing, error: NeedsPerson) -> bool:
    """Whether the error says that the account does not have this list."""
    return listing.may_be_off and error.status in {402, 422}


def _is_about(row: Any, id_: str) -> bool:
    """Check the filter again."""
    return row_id({"id": row.get("entity_id")}) == id_


_CATALOGS = Listing(Noun.PRODUCT, "catalogs")
_LINKS = Listing(Noun.CONTACT, "leads/links")


def _embedded(path: str, data: Any) -> list[Any]:
    if data is None:
        return []
    name = path.rpartition("/")[2]
    try:
        rows = data["_embedded"][name]
    except (KeyError, TypeError) as error:
        said = f"amocrm: the answer has no {name}"
        raise RetryLater(said, kind=ErrorKind.UNREADABLE) from error
    if not isinstance(rows, list):
        raise RetryLater(f"amocrm: {name} is not a list", kind=ErrorKind.UNREADABLE)
    return rows
