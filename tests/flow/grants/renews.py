"""Asks for the token to use instead of a refused one and prints its end: `... URL FOLDER ID`.

With `killed` as a fourth word it dies as soon as the next pair is stored, before anyone uses it.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from kam_sync.base.db import Database, Session
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.granting import Granting
from kam_sync.intake.store import GrantStore
from kam_sync.wiring import Services


class Killed(Granting):
    """Dies right after a commit."""

    def surely(self, work: Any) -> None:
        super().surely(work)
        os.kill(os.getpid(), signal.SIGKILL)


def token_of(session: Session, services: Services, source_id: int) -> str:
    grant = GrantStore(session).of(source_id)
    assert grant is not None
    return services.cipher.unlock(grant.sealed_access)


if __name__ == "__main__":
    url, folder, source_id = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    settings = Settings(data_dir=folder, crm_hosts="127.0.0.1")
    services = Services(settings, Database(url), open_cipher(settings))
    with services.database.transaction() as session:
        refused = token_of(session, services, source_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    kind = Killed if sys.argv[4:] == ["killed"] else Granting
    granting = kind(services.database, services.cipher, services.now, services.grants)
    sys.stdout.write(f"{granting.renew(source_id, refused)[-20:]}\n")
