"""Writes what waits, and kills itself just before its Nth commit: `... URL FOLDER SOURCE_ID N`."""

import sys
from datetime import timedelta
from pathlib import Path

from kam_sync import writing
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.wiring import Services
from tests.flow.sync_in_small_steps import die_before_commit

if __name__ == "__main__":
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    die_before_commit(services.database.engine, int(sys.argv[4]))
    writing.write(services, int(sys.argv[3]), settle=timedelta(0))
