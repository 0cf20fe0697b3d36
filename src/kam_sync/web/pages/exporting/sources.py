"""Tables of our own work: sources, what could not be read, what differs, what was sent."""

from collections.abc import Iterator
from datetime import date

from connectors import Noun
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore, records_of
from kam_sync.alerts.store import AlertStore
from kam_sync.intake.model import Source
from kam_sync.intake.store import progress_of
from kam_sync.jobs import comparing
from kam_sync.ledger.model import Check, PartedRecord
from kam_sync.ledger.store import LedgerBook, NamedLine
from kam_sync.notify.channel import Channel
from kam_sync.notify.store import ChannelStore, SendStore
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table, paged
from kam_sync.web.pages.exporting.xlsx_file import MOST_ROWS
from kam_sync.web.paging import Text
from kam_sync.web.wording import channels as channel_words
from kam_sync.web.wording import ledger as ledger_words
from kam_sync.web.wording import sentences, troubles

_ORDER = {noun.value: place for place, noun in enumerate(Noun)}


class OfSource(Filter):
    """One source, or all of them."""

    source: Text = ""


class OfCheck(Filter):
    """Which check of the ledger: the newest of the noun, or that of a day."""

    source: Text
    noun: Text
    day: date | None = None


class OfChannel(Filter):
    """One channel, or all of them."""

    channel: Text = ""


def sources(asking: Asking, wanted: OfSource) -> Table:
    """Each kind of record of each source: how many are here, and how it was pulled last."""
    _ = asking.language.gettext
    columns = [
        Column("source", _("Source")),
        Column("kind", _("Kind")),
        Column("state", _("State")),
        Column("noun", _("Records")),
        Column("records", _("How many are here"), Kind.NUMBER),
        Column("sync", _("Last sync")),
        Column("began_at", _("Began"), Kind.TIME),
        Column("ended_at", _("Ended"), Kind.TIME),
        Column("last_good_at", _("Last success"), Kind.TIME),
        Column("read", _("Read"), Kind.NUMBER),
        Column("created", _("New"), Kind.NUMBER),
        Column("updated", _("Changed"), Kind.NUMBER),
        Column("deleted", _("Deleted"), Kind.NUMBER),
        Column("rejected", _("Set aside"), Kind.NUMBER),
    ]
    rows = (row for one in _chosen(asking, wanted.source) for row in _nouns(asking, one))
    return Table(_("Sources"), columns, rows)


def _nouns(asking: Asking, source: Source) -> Iterator[Cells]:
    language, records = asking.language, records_of(asking.session, source.id)
    found = progress_of(asking.session, source.id)
    for one in sorted(found, key=lambda of: _ORDER.get(of.noun, 99)):
        counts = one.counts
        yield (
            source.name, source.kind, sentences.source_state(language, source.state),
            sentences.noun(language, one.noun), records.get(one.noun, 0),
            sentences.noun_end(language, one.end), one.began_at, one.ended_at, one.last_good_at,
            *(counts.get(name) for name in ("read", "created", "updated", "deleted", "rejected")),
        )  # fmt: skip


def set_aside(asking: Asking, wanted: OfSource) -> Table:
    """Records that could not be understood, and why."""
    _ = asking.language.gettext
    columns = [
        Column("source", _("Source")),
        Column("noun", _("Records")),
        Column("external_id", _("Id in the CRM")),
        Column("why", _("Why")),
        Column("details", _("Details")),
        Column("at", _("Since"), Kind.TIME),
    ]
    rows = (row for one in _chosen(asking, wanted.source) for row in _aside(asking, one))
    return Table(_("Set aside"), columns, rows)


def _aside(asking: Asking, source: Source) -> Iterator[Cells]:
    language = asking.language

    def some(last: SetAside | None) -> list[SetAside]:
        key = (last.noun, last.external_id) if last else None
        return AccountStore(asking.session).set_aside(source.id, after=key, limit=AT_ONCE)

    for one in paged(some):
        yield (
            source.name, sentences.noun(language, one.noun), one.external_id,
            troubles.set_aside(language, one.reason), one.reason, one.at,
        )  # fmt: skip


def ledger(asking: Asking, wanted: OfCheck) -> Table:
    """The records that differed between here and the CRM."""
    source, check = _check(asking, wanted)
    language, _ = asking.language, asking.language.gettext
    columns = [
        Column("external_id", _("Id in the CRM")),
        Column("where", _("Where")),
        Column("state", _("Now")),
        Column("account", _("Account")),
        Column("link", _("Link"), Kind.LINK),
    ]
    records = LedgerBook(asking.session).records(check.id, limit=MOST_ROWS)
    names = asking.names_of(list({one.account_id for one in records if one.account_id}))

    def row(one: PartedRecord) -> Cells:
        account = names.get(one.account_id) if one.account_id else None
        left = _("differs") if one.is_left else _("put right")
        return (
            one.external_id, ledger_words.kind(language, one.kind),
            _("waits for a person") if one.kind.value == "held" else left,
            account.name if account else None,
            asking.card(source.id, check.noun, one.external_id),
        )  # fmt: skip

    title = f"{_('Records that differed')}: {sentences.noun(language, check.noun)}"
    return Table(title, columns, map(row, records))


def ledger_accounts(asking: Asking, wanted: OfCheck) -> Table:
    """What a check found by account."""
    _source, check = _check(asking, wanted)
    _ = asking.language.gettext
    columns = [
        Column("account", _("Account")),
        Column("here", _("Here"), Kind.NUMBER),
        Column("there", _("In the CRM"), Kind.NUMBER),
        Column("sum_here", _("Sum here"), Kind.MONEY),
        Column("sum_there", _("Sum in the CRM"), Kind.MONEY),
        Column("currency", _("Currency")),
        Column("found", _("Found"), Kind.NUMBER),
        Column("left", _("Left"), Kind.NUMBER),
        Column("parted_since", _("Differences since"), Kind.DAY),
    ]

    def some(last: NamedLine | None) -> list[NamedLine]:
        after = last.id if last else 0
        return LedgerBook(asking.session).accounts(check.id, after=after, limit=AT_ONCE)

    rows = (
        (
            one.name or (None if one.line.account_id else _("of no account")), one.line.here,
            one.line.there, *((one.line.sum_here, one.line.sum_there) if one.line.currency
            else (None, None)), one.line.currency or None, one.line.found, one.line.differing,
            one.line.parted_since,
        )
        for one in paged(some)
    )  # fmt: skip
    title = f"{_('By account')}: {sentences.noun(asking.language, check.noun)}"
    return Table(title, columns, rows)


def sends(asking: Asking, wanted: OfChannel) -> Table:
    """What channels told and what they are still to tell, the latest first."""
    store, _ = ChannelStore(asking.session), asking.language.gettext
    found = [store.by_name(wanted.channel)] if wanted.channel else store.all()
    columns = [
        Column("channel", _("Channel")),
        Column("about", _("About")),
        Column("event", _("Event")),
        Column("state", _("State")),
        Column("made_at", _("Began"), Kind.TIME),
        Column("sent_at", _("told"), Kind.TIME),
        Column("due_at", _("Next try"), Kind.TIME),
        Column("attempts", _("Tries"), Kind.NUMBER),
        Column("error", _("Details")),
    ]
    rows = (row for one in found for row in _sends(asking, one))
    return Table(_("Last messages"), columns, rows)


def _sends(asking: Asking, channel: Channel) -> Iterator[Cells]:
    last, language, store = None, asking.language, SendStore(asking.session)
    while found := store.latest(channel.id, before=last, limit=AT_ONCE):
        alerts = AlertStore(asking.session).by_ids({one.alert_id for one in found})
        names = asking.names_of(list({one.account_id for one in alerts.values()}))
        for one in found:
            account = names.get(alerts[one.alert_id].account_id) if one.alert_id in alerts else None
            yield (
                channel.name, account.name if account else None,
                channel_words.event(language, one.event), channel_words.send(language, one.state),
                one.made_at, one.sent_at, None if one.sent_at else one.due_at, one.attempts,
                one.error or None,
            )  # fmt: skip
        last = found[-1].id


def _chosen(asking: Asking, name: str) -> list[Source]:
    return [asking.sources.named(name)] if name else asking.sources.all


def _check(asking: Asking, wanted: OfCheck) -> tuple[Source, Check]:
    source = asking.sources.named(wanted.source)
    noun = comparing.noun_of(wanted.noun)
    return source, LedgerBook(asking.session).one(source, noun, wanted.day)
