"""What the store holds of a source, in a form that two stores can be compared by."""

from kam_sync.intake.model import Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask

Contents = dict[str, list[tuple[object, ...]]]

_OURS = "'source_id', 'account_id', 'change_no', 'changed_at', 'at', 'digest', 'first_seen_at'"
_PLAIN = (
    "crm_group", "crm_user", "custom_field", "pipeline", "stage", "loss_reason", "set_aside",
)  # fmt: skip
_MORTAL = (
    "product", "company", "contact", "deal", "customer", "purchase", "invoice", "task", "activity",
)  # fmt: skip
"""Tables whose rows stay when the CRM has deleted them, marked as deleted."""
# Not why companies are one: those of two sources that hold the same are one with each other.
_ACCOUNTS = (
    "SELECT l.company_external_id, a.name, a.inn, a.kpp, a.is_active"
    " FROM account_link l JOIN account a ON a.id = l.account_id WHERE l.source_id = :id ORDER BY 1"
)


def contents(services: Services, source: Source) -> Contents:
    """All that is stored of a source, without our own ids, time stamps and change numbers."""
    found = {table: _rows(services, source, table, "true") for table in (*_PLAIN, *_MORTAL)}
    found["raw_record"] = _rows(services, source, "raw_record", "true")
    found["account"] = ask(services, _ACCOUNTS, id=source.id)
    return found


def living(services: Services, source: Source) -> Contents:
    """The records that the CRM has not deleted; what it sent, and the same in our words."""
    found = {table: _rows(services, source, table, "not is_deleted") for table in _MORTAL}
    found["raw_record"] = _rows(services, source, "raw_record", "gone_at IS NULL")
    return found


def differences(mine: Contents, others: Contents) -> list[str]:
    """Rows that one of the two holds and the other does not; empty when they agree."""
    return [
        f"{table}: {side} {row[0]}"
        for table in mine
        for side, row in sorted(
            [("only here", row) for row in set(mine[table]) - set(others[table])]
            + [("only there", row) for row in set(others[table]) - set(mine[table])],
            key=str,
        )
    ]


def _rows(services: Services, source: Source, table: str, where: str) -> list[tuple[object, ...]]:
    left_out = f"{_OURS}, 'gone_at', 'gone_why', 'merged_into'" if where != "true" else _OURS
    return ask(
        services,
        f"SELECT (to_jsonb(t) - ARRAY[{left_out}])::text FROM {table} t"
        f" WHERE source_id = :id AND {where} ORDER BY 1",
        id=source.id,
    )
