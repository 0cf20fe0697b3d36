"""Views of selling: deals, their stages and history, invoices, tasks, what happened."""

from kam_sync.open_data.model import Column, Type, View
from kam_sync.open_data.store.columns import (
    ACCOUNT,
    BY_COMPANY,
    CREATED,
    EXTERNAL,
    OWNER,
    SOURCE,
    about,
    currency,
    day,
    day_of,
    flag,
    moment,
    money,
    number,
    ours,
    text,
    whole,
)

_OWNER = (
    ours("owner_id", "Whom it belongs to, as in `users`.", "x.owner_external_id"),
    text("owner", "The name of whom it belongs to.", "u.name"),
)
_STAGE = """
    LEFT JOIN pipeline p ON p.source_id = x.source_id AND p.external_id = x.pipeline_external_id
    LEFT JOIN stage s ON s.source_id = x.source_id
        AND s.pipeline_external_id = x.pipeline_external_id AND s.external_id = x.stage_external_id
"""
_HISTORY = """
    FROM (
        SELECT h.*, lead(h.at) OVER w AS left_at, coalesce(h.was_stage, lag(h.stage) OVER w) AS was,
            coalesce(h.was_pipeline, lag(h.pipeline) OVER w) AS was_in
        FROM (
            SELECT a.source_id, a.external_id, a.about_external_id, a.at, a.author_external_id,
                a.details -> 'to' ->> 'stage' AS stage,
                a.details -> 'to' ->> 'pipeline' AS pipeline,
                a.details -> 'from' ->> 'stage' AS was_stage,
                a.details -> 'from' ->> 'pipeline' AS was_pipeline
            FROM activity a
            WHERE a.happening IN ('stage', 'created') AND a.about_noun = 'deal'
                AND a.details -> 'to' ->> 'stage' IS NOT NULL AND NOT a.is_deleted
                AND a.at IS NOT NULL
        ) h WINDOW w AS (PARTITION BY h.source_id, h.about_external_id ORDER BY h.at, h.external_id)
    ) x
    JOIN deal d ON d.source_id = x.source_id AND d.external_id = x.about_external_id
        AND NOT d.is_deleted
    LEFT JOIN account_link l ON l.source_id = d.source_id
        AND l.company_external_id = d.company_external_id
    LEFT JOIN pipeline p ON p.source_id = x.source_id AND p.external_id = x.pipeline
    LEFT JOIN stage s ON s.source_id = x.source_id AND s.pipeline_external_id = x.pipeline
        AND s.external_id = x.stage
    LEFT JOIN stage b ON b.source_id = x.source_id AND b.pipeline_external_id = x.was_in
        AND b.external_id = x.was
"""

VIEWS = (
    View(
        "pipelines", "Pipelines that deals go through, one row each.",
        (
            ours("pipeline_id", "Its id."), SOURCE, EXTERNAL,
            text("pipeline", "Its name.", "x.name"),
            flag("is_archived", "Whether it is used no longer."),
        ),
        "FROM pipeline x", ("pipeline_id",),
    ),
    View(
        "stages", "Stages of pipelines, one row each.",
        (
            Column("stage_id", Type.TEXT, "Its id: source, pipeline and stage.",
                   "x.source_id || ':' || x.pipeline_external_id || ':' || x.external_id"),
            ours("pipeline_id", "The pipeline, as in `pipelines`.", "x.pipeline_external_id"),
            SOURCE, EXTERNAL, text("stage", "Its name.", "x.name"),
            whole("position", "Its place in the pipeline."),
            text("outcome", "What a deal in it is: open, won or lost."),
        ),
        "FROM stage x", ("stage_id",),
    ),
    View(
        "deals", "Deals, one row each.",
        (
            ours("deal_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL, text("name", "Its name."),
            ours("pipeline_id", "The pipeline, as in `pipelines`.", "x.pipeline_external_id"),
            text("pipeline", "The name of the pipeline.", "p.name"),
            Column("stage_id", Type.TEXT, "The stage, as in `stages`.",
                   "x.source_id || ':' || x.pipeline_external_id || ':' || x.stage_external_id"),
            text("stage", "The name of the stage.", "s.name"),
            text("outcome", "How it stands: open, won or lost."),
            money("amount", "What it is worth; empty where the CRM does not say."), currency(),
            *CREATED,
            moment("closed_at", "When it was won or lost."),
            day_of("created_on", "When it was made.", "x.created_at"),
            day_of("closed_on", "When it was won or lost.", "x.closed_at"),
            *_OWNER,
            text("loss_reason", "Why it was lost.", "r.name"),
            text("tags", "Its tags, with commas between.", "array_to_string(x.tags, ', ')"),
        ),
        f"""
        FROM deal x {BY_COMPANY} {_STAGE} {OWNER.format(column="owner_external_id")}
        LEFT JOIN loss_reason r ON r.source_id = x.source_id
            AND r.external_id = x.loss_reason_external_id
        WHERE NOT x.is_deleted
        """,
        ("deal_id",), month="created_on",
    ),
    View(
        "stage_history",
        "Deals that came into a stage, one row each time, as far as the CRM keeps and gives that.",
        (
            ours("change_id", "Its id."), ours("deal_id", "The deal.", "x.about_external_id"),
            ACCOUNT, SOURCE,
            text("pipeline", "The pipeline that it came into.", "p.name"),
            text("stage", "The stage that it came into.", "s.name"),
            text("from_stage", "The stage that it came from, where that is known.", "b.name"),
            text("outcome", "What a deal in the stage is: open, won or lost.", "s.outcome"),
            moment("entered_at", "When it came.", "x.at"),
            moment("left_at", "When it went on; empty while it is there."),
            day_of("entered_on", "When it came.", "x.at"),
            ours("author_id", "Who moved it, as in `users`; empty for the CRM itself.",
                 "x.author_external_id"),
        ),
        _HISTORY, ("change_id",), month="entered_on",
    ),
    View(
        "invoices", "Invoices, one row each; drafts are not there.",
        (
            ours("invoice_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL,
            text("number", "Its number."),
            text("status", "How it stands in the CRM."), money("amount", "What it is about."),
            money("paid_amount", "What of it was paid, where the CRM says so."), currency(),
            day("issued_on", "Its day, else the day on which it was made.",
                "coalesce(x.issued_on, (x.created_at AT TIME ZONE :zone)::date)"),
            day("due_on", "Until when it is to be paid."), moment("paid_at", "When it was paid."),
            day_of("paid_on", "When it was paid.", "x.paid_at"), *CREATED,
        ),
        f"FROM invoice x {about('x.payer')} WHERE NOT x.is_deleted AND x.status <> 'draft'",
        ("invoice_id",), month="issued_on",
    ),
    View(
        "tasks", "Tasks of CRM users, one row each, without their texts.",
        (
            ours("task_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL,
            text("about", "What it is about: company, contact, deal or customer.", "x.about_noun"),
            ours("about_id", "The id of that.", "x.about_external_id"),
            text("kind", "What kind of task, in the words of the CRM."),
            flag("is_done", "Whether it is done."), flag("is_ours", "Whether we wrote it."),
            moment("due_at", "Until when it is to be done."), *CREATED,
            day_of("created_on", "When it was made.", "x.created_at"),
            day_of("due_on", "Until when it is to be done.", "x.due_at"), *_OWNER,
        ),
        f"""
        FROM task x {about("x.about")} {OWNER.format(column="owner_external_id")}
        WHERE NOT x.is_deleted
        """,
        ("task_id",), month="created_on",
    ),
    View(
        "activities",
        "What happened about customers, one row each: calls, messages, notes, entries of the "
        "CRM's log; without texts. Changes of stages stand in `stage_history`, tasks in `tasks`.",
        (
            ours("activity_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL,
            text("what", "What happened: call, message, email, note, file, created, change and "
                 "others.", "x.happening"),
            text("kind", "The CRM's own word for it."), moment("happened_at", "When.", "x.at"),
            day_of("happened_on", "When.", "x.at"),
            text("about", "What it is about: company, contact, deal or customer.", "x.about_noun"),
            ours("about_id", "The id of that.", "x.about_external_id"),
            ours("author_id", "Who did it, as in `users`; empty for the CRM itself.",
                 "x.author_external_id"),
            flag("is_incoming", "Whether the customer called or wrote; empty for what is neither."),
            whole("seconds", "How long a call took."), flag("is_ours", "Whether we wrote it."),
        ),
        f"""
        FROM activity x {about("x.about")}
        WHERE NOT x.is_deleted AND x.mirrors IS NULL AND x.happening NOT IN ('stage', 'task')
        """,
        ("activity_id",), month="happened_on",
    ),
    View(
        "purchases", "Purchases of repeat buyers, where a CRM keeps these; one row each.",
        (
            ours("purchase_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL,
            ours("customer_id", "The repeat buyer in the CRM.", "x.customer_external_id"),
            money("amount", "What was paid."), currency(),
            moment("completed_at", "When it was paid."),
            day_of("completed_on", "When it was paid.", "x.completed_at"), *CREATED,
        ),
        """
        FROM purchase x
        LEFT JOIN customer c ON c.source_id = x.source_id
            AND c.external_id = x.customer_external_id
        LEFT JOIN account_link l ON l.source_id = c.source_id
            AND l.company_external_id = c.company_external_id
        WHERE NOT x.is_deleted
        """,
        ("purchase_id",), month="completed_on",
    ),
    View(
        "products", "Products of the CRMs, one row each.",
        (
            ours("product_id", "Its id."), SOURCE, EXTERNAL, text("name", "Its name."),
            text("sku", "Its SKU."), number("price", "Its price, in `currency`."), currency(),
        ),
        "FROM product x WHERE NOT x.is_deleted", ("product_id",),
    ),
)  # fmt: skip
