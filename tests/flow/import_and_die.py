"""Imports a file in small steps, and kills itself just before its Nth commit.

`... URL FOLDER FILE MAP [N]`; the mapping is JSON.
"""

import sys
from pathlib import Path

from connectors import columns, sheets
from kam_sync import importing
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.importing import running
from kam_sync.wiring import Services
from tests.flow.sync_in_small_steps import die_before_commit

if __name__ == "__main__":
    running.BATCH = 20
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    if len(sys.argv) > 5:
        die_before_commit(services.database.engine, int(sys.argv[5]))
    wish = importing.Import("files", columns.TableMap.model_validate_json(sys.argv[4]))
    importing.import_rows(services, wish, sheets.lines(Path(sys.argv[3])))
