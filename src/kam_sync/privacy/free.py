"""Columns with text that hold no personal data: keys, codes, states, settings, sealed secrets.

A new column of text goes here or into `inventory.py`; a test refuses to let it be forgotten.
"""

_KEYS = """
    external_id company_external_id owner_external_id about_external_id author_external_id
    group_external_id pipeline_external_id stage_external_id loss_reason_external_id
    customer_external_id contact_external_id contact_external_ids catalog_external_id
    invoice_external_id payer_external_id of_external_id company_id parent_company_id one_id
    other_id merged_into mirrors message_id digest
"""
"""Names of columns that are, in whatever table, an id that says nothing without its CRM."""
_CODES = """
    noun about_noun payer_noun of_noun kind state currency unit kpi grain severity cause causes
    outcome why verdict event events says answer phase step zone locale error_kind plan kpp
"""
"""Names of columns that are, in whatever table, one of a few words."""
_FREE = {
    "access_event": "what",
    "api_key": "prefix role areas digest",
    "member": "role password_hash link_digest subject",
    "account_move": "source beside_source",
    "activity": "happening",
    "alembic_version": "version_num",
    "alert": "before rule at_risk_currency",
    "alert_change": "change",
    "budget": "name",
    "channel": "last_error sealed_url",
    "channel_route": "rule",
    "company": "segment",
    "consent": "base_url options sealed_app message sealed_grant",
    "contract": "number rebate_steps rebate_period",
    "cost": "number",
    "crm_group": "name",
    "crm_write": "key ending",
    "cursor": "cursor",
    "custom_field": "name code options",
    "deal": "items",
    "erasure": "counts",
    "erasure_key": "sealed_key",
    "event": "type",
    "exchange_rate": "source",
    "finding": "rule",
    "given_call": "key",
    "hint": "origin",
    "hook_key": "sealed_key",
    "job_origin": "request_id trace_parent",
    "incident": "subject",
    "invoice": "status number",
    "known_position": "name",
    "kpi_learned": "numbers",
    "kpi_measured": "version",
    "ledger_check": "sums message",
    "loss_reason": "name",
    "notification": "channel",
    "nps_answer": "survey",
    "payment": "number",
    "pipeline": "name",
    "privacy_event": "did how about subject",
    "procrastinate_jobs": "queue_name task_name lock queueing_lock args",
    "procrastinate_periodic_defers": "task_name periodic_id",
    "product": "name sku custom",
    "purchase": "items",
    "raw_record": "gone_why cut_why",
    "receivable": "contract",
    "refusal": "key",
    "removed_source": "remote_account",
    "retention": "kind",
    "return": "number sku product shipment_number",
    "rule": "key",
    "run": "counts message",
    "schedule": "name plan_set last_result last_message",
    "sell_out": "sku product",
    "shipment": "number sku product",
    "source": "sealed_token options facts base_url state_reason remote_account field_map "
    "confirmed_targets",
    "source_grant": "sealed_app sealed_access sealed_refresh",
    "stage": "name",
    "standing": "pareto band",
    "standing_kept": "figures",
    "standing_move": "what was became",
    "stock": "sku product warehouse",
    "subscription": "message sealed_address sealed_leftovers mended_at quiet_why",
    "target": "name url last_error sealed_secret sealed_former",
    "tick": "schedule",
    "turn": "key held_why",
    "walk": "cursor",
    "winner_choice": "field",
}


def is_free(table: str, column: str) -> bool:
    """Whether a column was declared to hold no personal data."""
    shared = _KEYS.split() + _CODES.split()
    return column in shared or column in _FREE.get(table, "").split()


def declared() -> set[tuple[str, str]]:
    """The columns that are declared for one table, to find those that are no more."""
    return {(table, name) for table, names in _FREE.items() for name in names.split()}
