"""Which rows of a table are somebody's own, as conditions of row level security.

They run as the role of a key account manager, so that a table that a condition looks into shows
own rows alone, too. What is own is looked up once for each statement (in an InitPlan), not for each
row, and is compared in ways that indexes serve.
"""

from collections.abc import Mapping

from kam_sync.accounts.seen import Whose

ACCOUNTS = "kam_sync.accounts"
"""The setting that holds the accounts of who asks, as an array."""
WHOLE = "kam_sync.whole"
"""The same of those that nobody else's account is below."""


def _among(column: str, setting: str) -> str:
    """The inner cast reads the text once; the outer one says that it is an array, no row."""
    array = f"SELECT nullif(current_setting('{setting}', true), '')::uuid[]"
    return f"{column} = ANY (({array})::uuid[])"


_LINKS = "(SELECT l.source_id, l.company_external_id FROM account_link l)"
_CONTACTS = "(SELECT r.source_id, r.external_id FROM contact r)"
_OWN = _among("account_id", ACCOUNTS)


def _about(noun: str, external_id: str) -> str:
    """That what a row is about is seen; looked up by its key, for there may be many."""
    found = "".join(
        f"WHEN '{table}' THEN EXISTS (SELECT FROM {table} r "  # our own names  # nosec B608
        f"WHERE r.source_id = {{table}}.source_id AND r.external_id = {{table}}.{external_id}) "
        for table in ("company", "contact", "deal", "customer")
    )
    return f"CASE {{table}}.{noun} {found} ELSE false END"


_ATTACHED = """EXISTS (SELECT FROM deal r WHERE r.source_id = {table}.source_id
    AND r.items <> '[]' AND r.items @> jsonb_build_array(
        jsonb_build_object('external_id', {table}.external_id)))"""
ROWS: Mapping[Whose, str] = {
    Whose.ACCOUNT: _among("id", ACCOUNTS),
    Whose.OWN: _OWN,
    Whose.GROUP: f"{_OWN} AND (NOT of_group OR {_among('account_id', WHOLE)})",
    Whose.PARENT: f"{_OWN} AND {_among('parent_id', WHOLE)}",
    Whose.MOVE: f"{_among('to_account', ACCOUNTS)} AND "
    f"(from_account IS NULL OR {_among('from_account', ACCOUNTS)})",
    Whose.COMPANY: f"(source_id, external_id) IN {_LINKS}",
    Whose.OF_COMPANY: f"(source_id, company_external_id) IN {_LINKS}",
    Whose.PAIR: f"(one_source_id, one_id) IN {_LINKS} AND (other_source_id, other_id) IN {_LINKS}",
    Whose.PAIR_OF_CONTACTS: f"(one_source_id, one_id) IN {_CONTACTS} "
    f"AND (other_source_id, other_id) IN {_CONTACTS}",
    Whose.UNDER: f"(source_id, company_id) IN {_LINKS} AND (parent_company_id IS NULL "
    f"OR (parent_source_id, parent_company_id) IN {_LINKS})",
    Whose.OF_CONTACT: "EXISTS (SELECT FROM contact r WHERE r.source_id = {table}.source_id "
    "AND r.external_id = {table}.external_id)",
    Whose.OF_CUSTOMER: "EXISTS (SELECT FROM customer r WHERE r.source_id = {table}.source_id "
    "AND r.external_id = {table}.customer_external_id)",
    Whose.INVOICE: f"{_about('payer_noun', 'payer_external_id')} OR {_ATTACHED}",
    Whose.ABOUT: _about("about_noun", "about_external_id"),
    Whose.OF_ALERT: "EXISTS (SELECT FROM alert r WHERE r.id = {table}.alert_id)",
}
"""`{table}` is the table itself."""
