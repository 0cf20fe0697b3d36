"""Sending one webhook: what it looks like on the way, and when it is tried again."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

BUDGET = 2.0
"""Seconds in which the receiver has to answer."""


@dataclass(frozen=True, slots=True)
class Retry:
    """One more attempt, so many seconds after the one before."""

    delay: int
    servers_only: bool
    """Whether only 499 and 5xx earn it; else everything that is no success."""

    def follows(self, status: int) -> bool:
        """Whether it is made after this answer; 0 stands for none in time."""
        return not self.servers_only or status == 499 or 500 <= status <= 599


RETRIES = (
    Retry(5 * 60, servers_only=False),
    Retry(15 * 60, servers_only=False),
    Retry(15 * 60, servers_only=True),
    Retry(60 * 60, servers_only=True),
)
"""After the last of these the hook is lost for good."""


def is_success(status: int) -> bool:
    """Redirects are failures."""
    return 100 <= status <= 299


def send(destination: str, body: bytes, request_id: str) -> int:
    """The status of the answer, 0 when there was none in time."""
    where = urlsplit(destination)
    path = f"{where.path or '/'}{f'?{where.query}' if where.query else ''}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "amoCRM-Webhooks/3.0",
        "Accept-Encoding": "gzip",
        "X-Amocrm-Requestid": request_id,
    }
    connection = HTTPConnection(where.hostname or "", where.port, timeout=BUDGET)
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
