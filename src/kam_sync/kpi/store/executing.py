"""Runs a statement with those of the values that it names."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kam_sync.base.db import Session


def execute(session: Session, statement: str, values: Mapping[str, Any]) -> Any:
    """Run it; the values of others may be among them."""
    text = sa.text(statement)
    named = text.compile().params
    return session.execute(text, {name: values[name] for name in named})
