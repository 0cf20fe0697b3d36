"""Columns that many views have, said once: the same name is the same thing everywhere."""

from kam_sync.open_data.model import Column, Type

_ABOUT = """
    LEFT JOIN deal about_deal ON {of}_noun = 'deal' AND about_deal.source_id = x.source_id
        AND about_deal.external_id = {of}_external_id
    LEFT JOIN contact about_contact ON {of}_noun = 'contact'
        AND about_contact.source_id = x.source_id AND about_contact.external_id = {of}_external_id
    LEFT JOIN customer about_customer ON {of}_noun = 'customer'
        AND about_customer.source_id = x.source_id AND about_customer.external_id = {of}_external_id
    LEFT JOIN account_link l ON l.source_id = x.source_id AND l.company_external_id =
        CASE {of}_noun WHEN 'company' THEN {of}_external_id
            WHEN 'deal' THEN about_deal.company_external_id
            WHEN 'contact' THEN about_contact.company_external_id
            WHEN 'customer' THEN about_customer.company_external_id END
"""
BY_COMPANY = """
    LEFT JOIN account_link l ON l.source_id = x.source_id
        AND l.company_external_id = x.company_external_id
"""
OWNER = """
    LEFT JOIN crm_user u ON u.source_id = x.source_id AND u.external_id = x.{column}
"""
ACCOUNT = Column(
    "account_id", Type.UUID,
    "The account, as in `accounts`; after a merge the one that is left. Empty where no company "
    "of a customer is named.",
    "l.account_id",
)  # fmt: skip
SOURCE = Column("source_id", Type.INTEGER, "The source, as in `sources`.", "x.source_id")
EXTERNAL = Column(
    "external_id", Type.TEXT, "Its id in the CRM, unique within a source and a view.",
    "x.external_id",
)  # fmt: skip
CREATED = (
    Column("created_at", Type.MOMENT, "When it was made in the CRM.", "x.created_at"),
    Column("updated_at", Type.MOMENT, "When it was last changed in the CRM.", "x.updated_at"),
)


def about(of: str) -> str:
    """Joins from who or what a row is about to the account `l`."""
    return _ABOUT.format(of=of)


def ours(name: str, says: str, column: str = "x.external_id") -> Column:
    """An id that joins: the source and the CRM's own, as `1:4711`."""
    return Column(name, Type.TEXT, says, f"x.source_id || ':' || {column}")


def text(name: str, says: str, sql: str = "") -> Column:
    """A text; an empty one is none."""
    return Column(name, Type.TEXT, says, f"nullif({sql or f'x.{name}'}, '')")


def number(name: str, says: str, sql: str = "") -> Column:
    """An exact number."""
    return Column(name, Type.NUMBER, says, sql or f"x.{name}")


def money(name: str, says: str, sql: str = "") -> Column:
    """An amount in the currency of its row."""
    return number(name, f"{says} In `currency`.", sql)


def currency(sql: str = "x.currency") -> Column:
    """The currency of all money of a row."""
    return text("currency", "The currency of its money, by ISO code.", sql)


def whole(name: str, says: str, sql: str = "") -> Column:
    """A whole number."""
    return Column(name, Type.INTEGER, says, sql or f"x.{name}")


def flag(name: str, says: str, sql: str = "") -> Column:
    """True or false."""
    return Column(name, Type.BOOLEAN, says, sql or f"x.{name}")


def day(name: str, says: str, sql: str = "") -> Column:
    """A day that is kept as one."""
    return Column(name, Type.DATE, says, sql or f"x.{name}")


def moment(name: str, says: str, sql: str = "") -> Column:
    """A moment."""
    return Column(name, Type.MOMENT, says, sql or f"x.{name}")


def day_of(name: str, says: str, sql: str) -> Column:
    """The day of a moment in the time zone of the installation."""
    said = f"{says} A day in the time zone of the installation."
    return Column(name, Type.DATE, said, f"({sql} AT TIME ZONE :zone)::date")
