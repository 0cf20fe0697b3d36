"""Views of customers and of who works with them: accounts, their companies, contacts, users."""

from kam_sync.open_data.model import Column, Type, View
from kam_sync.open_data.store.columns import (
    ACCOUNT,
    BY_COMPANY,
    CREATED,
    EXTERNAL,
    OWNER,
    SOURCE,
    day,
    flag,
    ours,
    text,
    whole,
)

_ACCOUNTS = """
    FROM account x
    LEFT JOIN (
        SELECT l.account_id,
            (count(*) FILTER (WHERE NOT c.is_deleted))::integer AS companies,
            (array_agg(c.segment ORDER BY l.source_id, l.company_external_id)
                FILTER (WHERE c.segment > ''))[1] AS segment,
            (array_agg(c.city ORDER BY l.source_id, l.company_external_id)
                FILTER (WHERE c.city > ''))[1] AS city,
            max(c.contract_ends_on) AS contract_ends_on,
            (array_agg(u.source_id || ':' || u.external_id
                ORDER BY l.source_id, l.company_external_id)
                FILTER (WHERE u.external_id IS NOT NULL))[1] AS owner_id,
            (array_agg(u.name ORDER BY l.source_id, l.company_external_id)
                FILTER (WHERE u.external_id IS NOT NULL))[1] AS owner
        FROM account_link l
        JOIN company c ON c.source_id = l.source_id AND c.external_id = l.company_external_id
        LEFT JOIN crm_user u ON u.source_id = c.source_id AND u.external_id = c.owner_external_id
        GROUP BY l.account_id
    ) f ON f.account_id = x.id
    LEFT JOIN account_parent p ON p.account_id = x.id
    LEFT JOIN (
        WITH RECURSIVE above AS (
            SELECT account_id, parent_id AS head FROM account_parent
            UNION SELECT b.account_id, q.parent_id
            FROM above b JOIN account_parent q ON q.account_id = b.head
        )
        SELECT account_id, head FROM above
        WHERE head NOT IN (SELECT account_id FROM account_parent)
    ) h ON h.account_id = x.id
    WHERE x.merged_into IS NULL
"""
_LINKS = """
    FROM account_link x
    JOIN company c ON c.source_id = x.source_id AND c.external_id = x.company_external_id
    WHERE NOT c.is_deleted
"""
_CONTACTS = f"""
    FROM contact x {BY_COMPANY} {OWNER.format(column="owner_external_id")}
    LEFT JOIN person_link p ON p.source_id = x.source_id AND p.external_id = x.external_id
    WHERE NOT x.is_deleted
"""

VIEWS = (
    View(
        "sources", "Connected CRMs, one row each. No address and no secret.",
        (
            Column("source_id", Type.INTEGER, "Its number.", "x.id"),
            text("source", "Its name.", "x.name"),
            text("kind", "Which CRM it is: amocrm, bitrix24, megaplan, onec or another."),
        ),
        "FROM source x", ("source_id",),
    ),
    View(
        "users", "Users of the CRMs, one row each: whom records belong to.",
        (
            ours("user_id", "Its id, which `owner_id` and the like name."), SOURCE, EXTERNAL,
            text("name", "The name."),
            text("department", "The department in the CRM.", "g.name"),
            flag("is_active", "False when the CRM has shut the user out."),
        ),
        """
        FROM crm_user x LEFT JOIN crm_group g ON g.source_id = x.source_id
            AND g.external_id = x.group_external_id
        """,
        ("user_id",),
    ),
    View(
        "accounts",
        "Customers, one row each, whatever the CRMs call them. Merged ones are not there: their "
        "records belong to the account that is left.",
        (
            Column("account_id", Type.UUID, "Its id, which other views name.", "x.id"),
            text("name", "The name."), text("inn", "The tax number (INN)."),
            text("kpp", "The KPP of the branch."),
            flag("is_active", "False when every CRM has deleted it."),
            text("segment", "The segment, of its first company that has one.", "f.segment"),
            text("city", "The city, of its first company that has one.", "f.city"),
            text("owner_id", "Who looks after it, as in `users`: of its first company.",
                 "f.owner_id"),
            text("owner", "The name of who looks after it.", "f.owner"),
            day("contract_ends_on", "The last day of its contract, the latest of its companies.",
                "f.contract_ends_on"),
            whole("companies", "How many companies of sources it is made of.",
                  "coalesce(f.companies, 0)"),
            Column("parent_account_id", Type.UUID, "The account above it in its group.",
                   "p.parent_id"),
            Column("head_account_id", Type.UUID, "The head of its group; itself without one.",
                   "coalesce(h.head, x.id)"),
        ),
        _ACCOUNTS, ("account_id",),
    ),
    View(
        "companies", "Companies as the sources know them, one row each, and whose account each is.",
        (
            ours("company_id", "Its id.", "x.company_external_id"),
            Column("account_id", Type.UUID, "The account that it belongs to.", "x.account_id"),
            SOURCE,
            Column("external_id", Type.TEXT, "Its id in the CRM.", "x.company_external_id"),
            text("name", "Its name there.", "c.name"), text("inn", "Its INN there.", "c.inn"),
            text("segment", "Its segment there.", "c.segment"),
            text("city", "Its city there.", "c.city"),
        ),
        _LINKS, ("company_id",),
    ),
    View(
        "contacts",
        "People at customers, one row for each contact of a source; who they are stands in "
        "`open_personal.contact_details`.",
        (
            ours("contact_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL,
            Column("person_id", Type.UUID,
                   "The person: contacts of several CRMs that are one have the same.",
                   "p.person_id"),
            text("position", "What the person does there."),
            ours("owner_id", "Whom it belongs to, as in `users`.", "x.owner_external_id"),
            text("owner", "The name of whom it belongs to.", "u.name"), *CREATED,
        ),
        _CONTACTS, ("contact_id",),
    ),
    View(
        "contact_details", "What identifies people at customers: for roles made for that alone.",
        (
            ours("contact_id", "The contact, as in `contacts`."),
            text("name", "The name of the person."),
            text("phones", "Phone numbers, with commas between.",
                 "array_to_string(x.phones, ', ')"),
            text("emails", "E-mail addresses, with commas between.",
                 "array_to_string(x.emails, ', ')"),
        ),
        "FROM contact x WHERE NOT x.is_deleted", ("contact_id",), is_personal=True,
    ),
)  # fmt: skip
