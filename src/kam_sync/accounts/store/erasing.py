"""Takes a person out of the account store: contacts, and what is told of them or names them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

import connectors as gate
from connectors import Noun, Record
from kam_sync.accounts.shadow import bare
from kam_sync.accounts.store.belonging import belongs, is_correction_of
from kam_sync.accounts.store.fact_tables import (
    CorrectionRow,
    CostRow,
    NpsAnswerRow,
    PaymentRow,
    ReturnRow,
)
from kam_sync.accounts.store.tables import (
    AccountRow,
    ActivityRow,
    ContactRow,
    CustomerRow,
    DealRow,
    InvoiceRow,
    LinkRow,
    PurchaseRow,
    SetAsideRow,
    TaskRow,
)
from kam_sync.base.db import Session, is_among, listed, mask, table_of

Contact = tuple[int, str]
TEXTS = ("comment", "purpose", "reason", "text", "result")
"""Fields of facts that people write in."""
_IDS = sa.ARRAY(sa.BigInteger)
_STREAM = (Noun.NOTE, Noun.EVENT)


@dataclass(frozen=True, slots=True)
class NamingTable:
    """A table that people are told of in."""

    row: Any
    kind: type[Any]
    nouns: tuple[Noun, ...]
    texts: tuple[str, ...]


ABOUT = (
    NamingTable(ActivityRow, gate.Activity, _STREAM, ("text", "details")),
    NamingTable(TaskRow, gate.Task, (Noun.TASK,), ("text", "result")),
    NamingTable(NpsAnswerRow, gate.NpsAnswer, (Noun.NPS_ANSWER,), ("comment",)),
)
"""What may be about a contact."""
NAMING = (
    *ABOUT,
    NamingTable(DealRow, gate.Deal, (Noun.DEAL,), ("name", "tags", "custom")),
    NamingTable(CustomerRow, gate.Customer, (Noun.CUSTOMER,), ("name", "tags", "custom")),
    NamingTable(PurchaseRow, gate.Purchase, (Noun.PURCHASE,), ("comment",)),
    NamingTable(InvoiceRow, gate.Invoice, (Noun.INVOICE,), ("name", "custom")),
    NamingTable(PaymentRow, gate.Payment, (Noun.PAYMENT,), ("purpose",)),
    NamingTable(CostRow, gate.Cost, (Noun.COST,), ("purpose",)),
    NamingTable(ReturnRow, gate.Return, (Noun.RETURN,), ("reason",)),
)
"""What may name a contact."""
CONTACTS = NamingTable(ContactRow, gate.Contact, (Noun.CONTACT,), ())


@dataclass(frozen=True, slots=True)
class Theirs:
    """What contacts belong to."""

    accounts: tuple[UUID, ...]
    deals: tuple[Contact, ...]


class ErasingAccounts:
    """Takes people out of the tables of the account store."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def contacts(self, keys: Collection[Contact]) -> list[Any]:
        """The rows of contacts."""
        row = ContactRow
        which = sa.tuple_(col(row.source_id), col(row.external_id)).in_(keys)
        return list(self._session.scalars(select(row).where(which)))

    def told_of(self, table: NamingTable, contacts: Collection[Contact]) -> list[Any]:
        """The rows of a table that are about contacts."""
        row = table.row
        if table.row is NpsAnswerRow:
            about: sa.ColumnElement[bool] = sa.tuple_(row.source_id, row.contact_external_id).in_(
                contacts
            )
        else:
            who = sa.tuple_(row.source_id, row.about_external_id).in_(contacts)
            about = sa.and_(row.about_noun == Noun.CONTACT.value, who)
        return list(self._session.scalars(select(row).where(about)))

    def naming(self, table: NamingTable, theirs: Theirs, pattern: str) -> list[Any]:
        """The rows of customers, and of deals, in whose texts a pattern finds something."""
        row = table.row
        scopes = [belongs(row, account) for account in theirs.accounts]
        if row is DealRow:
            scopes.append(sa.tuple_(row.source_id, row.external_id).in_(theirs.deals))
        elif row in {TaskRow, ActivityRow}:
            about = sa.tuple_(row.source_id, row.about_external_id).in_(theirs.deals)
            scopes.append(sa.and_(row.about_noun == Noun.DEAL.value, about))
        found: dict[Contact, Any] = {}
        for scope in scopes:  # and not one condition with OR, for which no index would be used
            query = select(row).where(scope, self._has(table, pattern))
            found |= {(one.source_id, one.external_id): one for one in self._session.scalars(query)}
        return list(found.values())

    def theirs(self, contacts: Collection[Contact]) -> Theirs:
        """The customers and the deals that contacts belong to; looks through all deals."""
        accounts = dict.fromkeys(self.accounts_of(contacts).values())
        known, ids = set(contacts), sa.cast([key for _, key in contacts], sa.ARRAY(sa.String))
        query = sa.select(
            col(DealRow.source_id), col(DealRow.external_id), col(DealRow.contact_external_ids)
        ).where(
            col(DealRow.source_id).in_({source for source, _ in contacts}),
            col(DealRow.contact_external_ids).op("&&")(ids),
        )
        deals = [
            (source, deal)
            for source, deal, who in self._session.execute(query)
            if known.intersection((source, key) for key in who)
        ]
        return Theirs(tuple(accounts), tuple(deals))

    def deals(self, theirs: Theirs) -> list[Any]:
        """The deals that contacts take part in."""
        key = sa.tuple_(col(DealRow.source_id), col(DealRow.external_id))
        return list(self._session.scalars(select(DealRow).where(key.in_(theirs.deals))))

    def bare(self, rows: Iterable[Any], kind: type[Any], now: datetime) -> dict[Contact, Record]:
        """Empty what may be personal in rows; returns the records that stay."""
        found: dict[Contact, Record] = {}
        for row in rows:
            record = bare(record_of(row, kind))
            self.write(row, {one.name: getattr(record, one.name) for one in fields(kind)}, now)
            found[row.source_id, row.external_id] = record
        self._session.flush()
        return found

    def write(self, row: Any, values: Mapping[str, Any], now: datetime) -> None:
        """Give columns of a row other values, where they are others."""
        for name, value in values.items():
            said = list(value) if isinstance(value, tuple) else value
            if getattr(row, name) != said:
                setattr(row, name, said)
                row.changed_at = now

    def mask_history(self, accounts: Iterable[UUID], pattern: str, now: datetime) -> int:
        """Take what the pattern finds out of what facts of accounts were; that they are others now
        for they were masked is no correction."""
        table, columns = table_of(CorrectionRow), ["was", "became"]
        found = 0
        for account in accounts:
            of_account = is_correction_of(account)
            self._session.execute(sa.delete(table).where(of_account, table.c.at == now))
            found += mask(self._session, table, columns, pattern, of_account)
        return found

    def strip_history(self, noun: Noun, source_id: int, external_ids: Iterable[str]) -> None:
        """Take the texts out of what facts were; where nothing else was other, nothing was."""
        row = table_of(CorrectionRow)
        mine = sa.and_(
            row.c.source_id == source_id, row.c.noun == noun.value,
            is_among(row.c.external_id, external_ids),
        )  # fmt: skip
        strip_corrections(self._session, mine)

    def hush(self, noun: Noun, source_id: int, external_ids: Iterable[str]) -> int:
        """Say no more why records were set aside."""
        row = SetAsideRow
        told = sa.update(row).where(
            col(row.source_id) == source_id, col(row.noun) == noun.value,
            is_among(row.external_id, external_ids),
        )  # fmt: skip
        return len(
            self._session.execute(told.values(reason="erased").returning(col(row.noun))).all()
        )

    def sources_of(self, accounts: Iterable[UUID]) -> set[int]:
        """The sources that know accounts."""
        query = sa.select(col(LinkRow.source_id)).where(col(LinkRow.account_id).in_(accounts))
        return set(self._session.scalars(query.distinct()))

    def firms_called(self, accounts: Iterable[UUID], pattern: str) -> int:
        """How many of the accounts bear a name in which a pattern finds something."""
        row = AccountRow
        called = col(row.name).regexp_match(pattern, flags="i")
        query = sa.select(sa.func.count()).select_from(row)
        return self._session.scalar(query.where(col(row.id).in_(accounts), called)) or 0

    def accounts_of(self, contacts: Collection[Contact]) -> dict[Contact, UUID]:
        """The account of each contact that has one."""
        query = """
            SELECT c.source_id, c.external_id, l.account_id FROM contact c
            JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
                USING (source_id, external_id)
            JOIN account_link l ON l.source_id = c.source_id
                AND l.company_external_id = c.company_external_id
        """
        found = self._session.execute(sa.text(query), listed(contacts))
        return {(source, key): account for source, key, account in found}

    def with_data(
        self, *, after: Contact, limit: int
    ) -> list[tuple[int, str, list[str], list[str]]]:
        """Contacts that are not bare with their phones and e-mails, by source and id."""
        row = table_of(ContactRow).c
        query = (
            sa.select(row.source_id, row.external_id, row.phones, row.emails)
            .where(sa.tuple_(row.source_id, row.external_id) > sa.tuple_(*map(sa.literal, after)))
            .where(
                sa.or_(
                    row.name != "",
                    sa.func.cardinality(row.phones) > 0,
                    sa.func.cardinality(row.emails) > 0,
                )
            )
            .order_by(row.source_id, row.external_id)
        )
        found = self._session.execute(query.limit(limit))
        return [(source, key, phones, emails) for source, key, phones, emails in found]

    @staticmethod
    def _has(table: NamingTable, pattern: str) -> sa.ColumnElement[bool]:
        return sa.or_(
            *(
                sa.cast(getattr(table.row, name), sa.Text).regexp_match(pattern, flags="i")
                for name in table.texts
            )
        )


def strip_corrections(session: Session, which: sa.ColumnElement[bool]) -> int:
    """Take the texts out of corrections, and drop those of nothing else; how many had them."""
    row = table_of(CorrectionRow)
    names = sa.cast(list(TEXTS), sa.ARRAY(sa.Text))
    values = {"was": row.c.was.op("-")(names), "became": row.c.became.op("-")(names)}
    bared = sa.update(row).where(which).values(values).returning(row.c.id, row.c.became)
    found = session.execute(bared).all()
    empty = [key for key, became in found if not became]
    if empty:
        session.execute(sa.delete(row).where(row.c.id == sa.any_(sa.literal(empty, _IDS))))
    return len(found)


def record_of(row: Any, kind: type[Any]) -> Any:
    """A row as the record that it came as."""
    values = {one.name: getattr(row, one.name) for one in fields(kind)}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
