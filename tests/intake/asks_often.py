"""Asks a CRM account who it is, again and again, once told to: `... URL FOLDER SOURCE_ID TIMES`."""

import sys
from pathlib import Path

from connectors import KnowsItself
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services

if __name__ == "__main__":
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    with services.database.transaction() as session:
        sources = SourceStore(session)
        source_id = int(sys.argv[3])
        connector = services.open(sources.by_id(source_id), sources.access(source_id))
    assert isinstance(connector, KnowsItself)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _ in range(int(sys.argv[4])):
        connector.about()
