"""Tables of the records of one account: deals, invoices, contacts, tasks, timeline, facts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator

from connectors import Outcome
from kam_sync.accounts.dealing import DealOrder, DealShown, DealsWanted
from kam_sync.accounts.model import FromSource, Invoice, StreamEntry, Task, User
from kam_sync.accounts.store import AccountStore, DealStore, FactStore, RecordStore, StreamStore
from kam_sync.matching.people_showing import Person, people
from kam_sync.matching.store import PersonStore
from kam_sync.web.pages.exporting.asked import Asking, OfAccount
from kam_sync.web.pages.exporting.table import AT_ONCE, Column, Kind, Table, paged, skipped
from kam_sync.web.paging import Text
from kam_sync.web.wording import sentences, stream

_Record = TypeVar("_Record", bound=FromSource)


def _place(text: str) -> str:
    if text and not text.partition(":")[0].isdecimal():
        raise ValueError("pipeline: source and id, with a colon between")
    return text


class OfDeals(OfAccount):
    """As the deals of an account are looked at."""

    state: Literal["", "open", "won", "lost"] = ""
    pipeline: Annotated[Text, AfterValidator(_place)] = ""
    """Source and id, with a colon between."""
    sort: DealOrder = DealOrder.NEWEST

    @property
    def wanted(self) -> DealsWanted:
        """The same for who reads them."""
        source, _, key = self.pipeline.partition(":")
        return DealsWanted(
            Outcome(self.state) if self.state else None, (int(source), key) if source else None,
            self.sort,
        )  # fmt: skip


def deals(asking: Asking, wanted: OfDeals) -> Table:
    """The deals that are asked for, in their order."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("source", _("Source")),
        Column("external_id", _("Id in the CRM")),
        Column("name", _("Name")),
        Column("pipeline", _("Pipeline")),
        Column("stage", _("Stage")),
        Column("outcome", _("State")),
        Column("amount", _("Amount"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("responsible", _("Responsible")),
        Column("opened_at", _("Opened"), Kind.TIME),
        Column("closed_at", _("Closed"), Kind.TIME),
        Column("contract_ends_on", _("Contract until"), Kind.DAY),
        Column("tags", _("Tags")),
        Column("link", _("Link"), Kind.LINK),
    ]

    def some(seen: int) -> tuple[list[DealShown], bool]:
        store = DealStore(asking.session)
        found = store.deals(account.id, wanted.wanted, limit=AT_ONCE, skip=seen)
        return found, len(found) == AT_ONCE

    rows = (
        (
            asking.source_name(one.source_id), one.external_id, one.name, one.pipeline, one.stage,
            stream.outcome(asking.language, one.outcome), one.amount, one.currency, one.owner,
            one.created_at, one.closed_at, one.contract_ends_on, ", ".join(one.tags) or None,
            asking.card(one.source_id, "deal", one.external_id),
        )
        for one in skipped(some)
    )  # fmt: skip
    return Table(f"{_('Deals')}: {account.name}", columns, rows)


def invoices(asking: Asking, wanted: OfAccount) -> Table:
    """All invoices, the latest first."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("source", _("Source")),
        Column("external_id", _("Id in the CRM")),
        Column("name", _("Name")),
        Column("number", _("Number")),
        Column("status", _("State")),
        Column("amount", _("Sum"), Kind.MONEY),
        Column("paid_amount", _("Paid"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("issued_on", _("Issued on"), Kind.DAY),
        Column("due_on", _("Due on"), Kind.DAY),
        Column("created_at", _("Issued"), Kind.TIME),
        Column("paid_at", _("Paid on"), Kind.TIME),
    ]
    rows = (
        (
            asking.source_name(one.source_id), one.external_id, one.name, one.number,
            stream.invoice_status(asking.language, one.status), one.amount, one.paid_amount,
            one.currency, one.issued_on, one.due_on, one.created_at, one.paid_at,
        )
        for one in _latest(asking, Invoice, account.id, "created_at", "updated_at")
    )  # fmt: skip
    return Table(f"{_('Invoices')}: {account.name}", columns, rows)


def contacts(asking: Asking, wanted: OfAccount) -> Table:
    """The people, each once however many CRMs know them."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("name", _("Name")),
        Column("position", _("Position")),
        Column("phones", _("Phones")),
        Column("emails", _("E-mails")),
        Column("consent", _("Consent")),
        Column("do_not_contact", _("Do not contact")),
        Column("sources", _("Sources")),
    ]
    told = {True: _("yes"), False: _("no"), None: None}

    def some(seen: int) -> tuple[list[Person], bool]:
        store = PersonStore(asking.session)
        known = store.of_account(account.id, limit=AT_ONCE, skip=seen)
        found = people(asking.session, [person for person, _ in known], dict(known))
        return found, len(known) == AT_ONCE

    rows = (
        (
            one.name, one.position, ", ".join(one.phones), ", ".join(one.emails),
            told[one.consent], told[True] if one.do_not_contact else None,
            ", ".join(sorted({asking.source_name(of.contact.source_id) for of in one.members})),
        )
        for one in skipped(some)
    )  # fmt: skip
    return Table(f"{_('Contacts')}: {account.name}", columns, rows)


def tasks(asking: Asking, wanted: OfAccount) -> Table:
    """What is to be done in the CRMs."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("source", _("Source")),
        Column("external_id", _("Id in the CRM")),
        Column("text", _("Text")),
        Column("kind", _("Kind")),
        Column("is_done", _("Done")),
        Column("due_at", _("To be done by"), Kind.TIME),
        Column("responsible", _("Responsible")),
        Column("result", _("Result")),
        Column("is_ours", _("by kam_sync")),
        Column("created_at", _("Created"), Kind.TIME),
    ]
    users = _users(asking)
    rows = (
        (
            asking.source_name(one.source_id), one.external_id, one.text, one.kind,
            _("yes") if one.is_done else _("no"), one.due_at,
            users.get((one.source_id, one.owner_external_id)), one.result,
            _("yes") if one.is_ours else _("no"), one.created_at,
        )
        for one in _latest(asking, Task, account.id, "due_at", "updated_at", "created_at")
    )  # fmt: skip
    return Table(f"{_('Tasks')}: {account.name}", columns, rows)


def timeline(asking: Asking, wanted: OfAccount) -> Table:
    """Everything that happened, the latest first."""
    account, language = asking.account(wanted.account), asking.language
    _ = language.gettext
    columns = [
        Column("at", _("Time"), Kind.TIME),
        Column("what", _("What")),
        Column("about", _("About")),
        Column("author", _("Who")),
        Column("text", _("Text")),
        Column("amount", _("Sum"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("source", _("Source")),
        Column("is_ours", _("by kam_sync")),
    ]

    def some(last: StreamEntry | None) -> list[StreamEntry]:
        key = None
        if last:
            key = (last.at.isoformat(), str(last.source_id), last.part, last.external_id)
        return StreamStore(asking.session).timeline(account.id, after=key, limit=AT_ONCE)

    rows = (
        (
            one.at, stream.title(language, one), stream.about(language, one) or None,
            one.author_name, stream.text(one) or None, one.amount, one.currency,
            asking.source_name(one.source_id), _("yes") if one.is_ours else None,
        )
        for one in paged(some)
    )  # fmt: skip
    return Table(f"{_('Timeline')}: {account.name}", columns, rows)


def facts(asking: Asking, wanted: OfAccount) -> Table:
    """How many facts of each kind there are."""
    account, _ = asking.account(wanted.account), asking.language.gettext
    columns = [
        Column("table", _("Table")),
        Column("rows", _("Rows"), Kind.NUMBER),
        Column("newest_on", _("Newest of"), Kind.DAY),
    ]
    rows = (
        (sentences.noun(asking.language, one.noun), one.count, one.newest_on)
        for one in FactStore(asking.session).of_account(account.id)
    )
    return Table(f"{_('Facts')}: {account.name}", columns, rows)


def _latest(
    asking: Asking, kind: type[_Record], account_id: UUID, *times: str
) -> Iterator[_Record]:
    def some(seen: int) -> tuple[Sequence[_Record], bool]:
        store = RecordStore(asking.session)
        found = store.latest(kind, account_id, *times, limit=AT_ONCE, skip=seen)
        return found, len(found) == AT_ONCE

    return skipped(some)


def _users(asking: Asking) -> Mapping[tuple[int, str | None], str]:
    """The name of each user by source and id."""
    users: list[User] = AccountStore(asking.session).users()
    return {(one.source_id, one.external_id): one.name for one in users}
