"""The parts of a profile: signing in, lists, entities, writing, calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.kit.door import Spoken
from connectors.kit.options import ZoneName
from connectors.kit.records import Noun
from connectors.kit.rule import Currency, DecimalSign, Rule


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoAuth(Part):
    """Nobody has to prove anything."""

    kind: Literal["none"]


class HeaderAuth(Part):
    """A secret in a header; as `bearer` after that word in Authorization."""

    kind: Literal["bearer", "header"]
    value: str = "${token}"
    header: str = "Authorization"
    before: str = ""
    """What stands before the value."""


class BasicAuth(Part):
    """A user and a password with each request."""

    kind: Literal["basic"]
    user: str
    password: str


class LoginAuth(Part):
    """Signing in first: what is sent where, and where in the answer the token is."""

    kind: Literal["form_login", "json_login"]
    path: str
    body: dict[str, Any]
    token_at: str
    """Where in the answer the token is."""
    header: str = "Authorization"
    before: str = "Bearer "


class ClientAuth(Part):
    """OAuth 2.0 by client credentials."""

    kind: Literal["oauth_client"]
    path: str
    client_id: str
    client_secret: str
    scope: str | None = None
    token_at: str
    """Where in the answer the token is."""
    header: str = "Authorization"
    before: str = "Bearer "


Auth = Annotated[
    NoAuth | HeaderAuth | BasicAuth | LoginAuth | ClientAuth, Field(discriminator="kind")
]


class Limits(Part):
    """How fast we may ask."""

    per_second: float = Field(default=2.0, ge=0, le=1000)
    """Requests a second; 0 for no limit (sandboxes only)."""


class Paging(Part):
    """How a list is walked."""

    kind: Literal["page", "offset", "cursor", "link", "none"]
    first: int = Field(default=1, ge=0, le=1)
    """The number of the first page."""
    size: int = Field(default=100, ge=1, le=10_000)
    """How many rows are asked for at once: {size}."""
    overlap: int = Field(default=10, ge=0, le=1000)
    """How many rows each page has in common with the one before, so that a row which was deleted
    meanwhile hides no other. 0 where the CRM takes no sizes but its own."""
    stop: Literal["empty", "short"] = "empty"
    """What the end is known by: an empty page, or one that is not full (a request less)."""
    next_at: str | None = None
    """Of `cursor` and `link`: where in the answer the next cursor or address is."""

    @model_validator(mode="after")
    def _makes_sense(self) -> "Paging":
        if (self.kind in {"cursor", "link"}) != (self.next_at is not None):
            raise ValueError(
                Spoken(
                    "next_at belongs to the kinds cursor and link, and to no other",
                    "next_at нужен для kind: cursor и link, и только для них",
                )
            )
        if self.overlap * 2 > self.size:
            raise ValueError(
                Spoken(
                    f"an overlap of {self.overlap} is too much for pages of {self.size}",
                    f"overlap: {self.overlap} слишком много для страниц по {self.size}",
                )
            )
        return self


class ListStyle(Part):
    """How lists are asked for."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    query: dict[str, Any] = {}
    body: dict[str, Any] | None = None
    items_at: str = ""
    """Where in the answer the rows are; empty when the answer is the list."""
    paging: Paging

    @model_validator(mode="after")
    def _makes_sense(self) -> "ListStyle":
        if self.method == "GET" and self.body is not None:
            raise ValueError(
                Spoken(
                    "a GET has no body; put it into the query, or say method: POST",
                    "у GET нет body; перенесите его в query или укажите method: POST",
                )
            )
        if self.method == "POST" and self.paging.kind == "link":
            raise ValueError(
                Spoken(
                    "paging by links is for GET", "страницы по ссылкам (link) бывают только у GET"
                )
            )
        return self


class ChangedSince(Part):
    """How to ask for what has changed, checked on the rows that come."""

    at: str
    """Where in a row the time of its last change is."""
    conditions: list[Any] = []
    """What stands at {conditions} then."""
    query: dict[str, Any] = {}
    """What is added to the query then."""
    format: str = "iso"
    """How {since} is written: iso, unix, unix_ms, or as for strftime."""
    minutes: int = Field(default=10, ge=0, le=1440)
    """How late a change may show: so much is read once more."""


class One(Part):
    """How one record is asked for by its key."""

    path: str
    """With {key} in it."""
    item_at: str = ""


class Dropped(Part):
    """Files that people drop into the folder of the source."""

    names: str = Field(pattern=r"^[^/\\]+$")
    """Which files: deals*.xlsx."""
    complete: bool = False
    """Each holds all that there are: who is in none of those read together is gone."""
    sheet: str | None = None
    """Of a workbook; else its first."""


class Entity(Part):
    """Where a noun is, in a list or in files, and how its rows read."""

    list_: str = Field(default="", alias="list")
    file: Dropped | None = None
    with_: dict[str, str] = Field(default={}, alias="with")
    """Values for the placeholders of the list style, such as the id of the entity."""
    key: str | list[str]
    fields: dict[str, Rule]
    changed_since: ChangedSince | None = None
    one: One | None = None
    card: str | None = None
    """Where people see a record: the path before its key."""
    may_lack: list[str] = []
    """Columns that may be in none of the rows; another one that is not says that it was renamed."""
    zone: ZoneName | None = None
    currency: Currency | None = None
    decimal: DecimalSign | None = None


class Writing(Part):
    """How a task or a note is written: to a secret address, or to a path of the API."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    url: str | None = None
    path: str | None = None
    body: dict[str, Any]
    id_at: str | None = None

    @model_validator(mode="after")
    def _has_an_address(self) -> "Writing":
        if (self.url is None) == (self.path is None):
            raise ValueError(
                Spoken(
                    "give one of url (a secret address) and path (below root)",
                    "укажите одно из двух: url (секретный адрес) или path (ниже root)",
                )
            )
        return self


class HookIn(Part):
    """How a call of the CRM reads: which record it is about."""

    entity_at: str | None = None
    """Where the kind of record is; left out when all calls are about one noun."""
    entities: dict[str, Noun]
    """The CRM's word -> noun; "*" where there is but one."""
    id_at: str
    account_at: str | None = None


class Writes(Part):
    """What may be written."""

    task: Writing | None = None
    note: Writing | None = None
    done: Writing | None = None
    """That a task is done; where it is left out, what came of it becomes a note."""
