"""Records the examples of the API anew, into the package: `python -m tests.web.tour`."""

import sys
import tempfile
from pathlib import Path

import orjson

from kam_sync.base.clock import stopped_at
from kam_sync.base.db import open_database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.web.described import EXAMPLES
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.web.tour.walk import walked


def main() -> int:
    """Walk, and write what was seen; 1 when something was refused."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"data_dir": folder, "database_url": None, "crm_hosts": "127.0.0.1"}
        settings = Settings.model_validate(given)
        database = open_database(settings)
        try:
            migrate(database)
            services = Services(settings, database, open_cipher(settings), as_of=stopped_at(NOW))
            walk = walked(services, Path(folder) / "tour")
        finally:
            database.close()
    if walk.refused:
        sys.stderr.write("\n".join(walk.refused) + "\n")
        return 1
    seen = {name: one.as_dict() for name, one in sorted(walk.seen.items())}
    EXAMPLES.write_bytes(orjson.dumps(seen, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
