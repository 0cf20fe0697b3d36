"""Runs a text of somebody else as one statement: none can hide behind another."""

from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session


def run_single(session: Session, statement: str) -> None:
    """Run what is one statement, or fail; nothing in it is the name of a value.

    The protocol that is used without values would take several, with a COMMIT among them.
    """
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.cursor(binary=True) as cursor:
            cursor.execute(statement)
    except psycopg.Error as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, psycopg.Error) from error
