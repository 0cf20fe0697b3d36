"""What is given to who makes a table, and what every table may be asked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.settings import Locale
from kam_sync.web.deps import Sources
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services


class Filter(BaseModel):
    """A filter that does not exist is refused, so that nobody takes all rows for some."""

    model_config = ConfigDict(extra="forbid")

    plain: bool = False
    lang: Locale | None = None


class OfAccount(Filter):
    """A table of one account."""

    account: UUID


@dataclass(frozen=True)
class Asking:
    """One transaction, and how the answer is said."""

    session: Session
    services: Services
    language: Language

    @cached_property
    def sources(self) -> Sources:
        """All sources."""
        return Sources(self.session)

    @property
    def today(self) -> date:
        """The day that accounts are measured at."""
        return self.language.day_of(self.services.as_of())

    def account(self, account_id: UUID) -> Account:
        """The account that this one is by now; NotHere where there is none."""
        found = self.names_of([account_id]).get(account_id)
        if found is None:
            raise NotHere(f"account {account_id}: no such account")
        return found

    def names_of(self, account_ids: Sequence[UUID]) -> dict[UUID, Account]:
        """The account that each of these is by now."""
        return AccountStore(self.session).standing(account_ids)

    def source_name(self, source_id: int) -> str:
        """The name of a source; its id where it is being removed."""
        return self.sources.names.get(source_id, str(source_id))

    def card(self, source_id: int, noun: str, external_id: str) -> str | None:
        """Where a record is seen in the CRM itself."""
        return self.sources.card(self.services, source_id, noun, external_id)
