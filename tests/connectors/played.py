"""How the sandbox of a CRM is opened and changed: what the checks of every CRM need to know."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors import registry
from connectors.kit.contract import Connector, Credentials
from connectors.kit.records import Noun, RawRecord
from connectors.sandbox.server import Sandbox


class Played(ABC):
    """One CRM as its sandbox plays it. The sandbox must hold at least four pages of `noun`."""

    kind: str
    noun = Noun.DEAL
    options: ClassVar[Mapping[str, str]] = {"per_second": "0"}
    """With which it is opened."""
    late = timedelta(minutes=5)
    """How long a row may take to show after the time that it carries."""
    can_renew = True
    """False where there is nothing like another token, such as with a password."""
    signs_in = False
    """True where the connector gets a token for itself, and another one when that is refused."""

    @abstractmethod
    def make_box(self) -> Sandbox:
        """A sandbox of the CRM without a limit of requests."""

    @abstractmethod
    def ids(self, box: Any) -> set[str]:
        """All ids of the noun."""

    @abstractmethod
    def change(self, box: Any, external_id: str, at: datetime, **fields: Any) -> None:
        """Set fields of a row, which then was last changed at the given time.

        `name` is the record's name in whatever field the CRM keeps it.
        """

    @abstractmethod
    def delete(self, box: Any, external_id: str) -> None:
        """Delete a row as the CRM's people do."""

    def close_task(self, box: Any, external_id: str) -> None:
        """Finish a to-do as the CRM's people do; only where the connector writes."""
        raise NotImplementedError

    def delete_task(self, box: Any, external_id: str) -> None:
        """Delete a to-do as the CRM's people do; only where the connector writes."""
        raise NotImplementedError

    def is_done(self, box: Any, external_id: str) -> bool:
        """Whether the CRM shows a to-do as done; only where the connector writes."""
        raise NotImplementedError

    def token(self, box: Any) -> str:
        """A good token."""
        return str(box.token)

    def open(
        self, box: Any, token: str | None = None, renew: Callable[[str], str] | None = None
    ) -> Connector:
        """The connector on the sandbox, with a good token where none is given."""
        credentials = Credentials(
            box.url, self.token(box) if token is None else token, self.options, renew=renew
        )
        return registry.connector_class(self.kind)(credentials)

    def more_bodies(self) -> Sequence[RawRecord]:
        """Records that the sandbox does not hold and the CRM may send."""
        return ()
