"""Runs the migrations on the connection that kam_sync.base.db.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

import kam_sync.access.store
import kam_sync.accounts.store
import kam_sync.alerts.store
import kam_sync.drift.store
import kam_sync.intake.store
import kam_sync.jobs.store
import kam_sync.kpi.store
import kam_sync.notify.store
import kam_sync.privacy.store  # noqa: F401 - each import adds its tables to the metadata


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the queue's tables to the queue's own schema."""
    return kind != "table" or not str(name).startswith("procrastinate_")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    include_name=_is_ours,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
