"""Writes what waits once for each N, killing itself just before its Nth commit.

`... URL FOLDER SOURCE_ID N...` prints how each of these processes ended. They are forks of one that
opens no database: to import everything takes longer than all they do.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from kam_sync import writing
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.wiring import Services
from tests.flow.sync_in_small_steps import die_before_commit


def write_and_die(url: str, folder: str, source_id: str, commit: str) -> None:
    """Write, and die unless all is written before."""
    settings = Settings(data_dir=Path(folder))
    services = Services(settings, Database(url), open_cipher(settings))
    die_before_commit(services.database.engine, int(commit))
    writing.write(services, int(source_id), settle=timedelta(0))


if __name__ == "__main__":
    for commit in sys.argv[4:]:
        child = os.fork()
        if child == 0:
            write_and_die(*sys.argv[1:4], commit)
            sys.exit()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
