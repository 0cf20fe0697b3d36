"""What the API takes and answers about writing into CRMs, for the people who read its page."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

import connectors as gate
from connectors import Noun
from kam_sync.intake.writes import WriteState
from kam_sync.kpi.values import Moment
from kam_sync.notify.shapes import ExternalId
from kam_sync.web.given import GivenDay, GivenMoment
from kam_sync.web.paging import Text

_Id = Annotated[str, Field(pattern=r"^[^\s\x00]{1,200}$")]
_Words = Annotated[Text, Field(min_length=1, max_length=10_000)]


class Ref(BaseModel):
    """A record of the CRM."""

    noun: str = Field(examples=["company"])
    external_id: ExternalId


class About(BaseModel):
    """The record that it is about."""

    model_config = ConfigDict(extra="forbid")

    noun: Literal["company", "contact", "deal", "customer"]
    external_id: _Id = Field(examples=["1048576"])

    def ref(self) -> gate.Ref:
        """As the gate says it."""
        return gate.Ref(Noun(self.noun), self.external_id)


class _New(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="Of your choice: the same key again is the same write, and done once.",
        examples=["renewal-2026-1048576"],
    )


class NewTask(_New):
    """A to-do in the CRM."""

    kind: Literal["task"]
    about: About
    text: _Words
    due_on: GivenDay | None = Field(default=None, description="By the end of this day, in the CRM.")
    due_at: GivenMoment | None = Field(default=None, description="Or at this moment.")
    owner_external_id: _Id | None = None
    type_external_id: _Id | None = None
    link: Annotated[Text, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _is_due_once(self) -> "NewTask":
        if (self.due_on is None) is (self.due_at is None):
            raise ValueError("give either due_on or due_at")
        return self

    def write(self) -> gate.Write:
        """As the gate says it."""
        plain = self.model_dump(exclude={"kind", "about"})
        return gate.NewTask(**plain, about=self.about.ref())


class DoneTask(_New):
    """A to-do of the CRM that is done."""

    kind: Literal["done"]
    external_id: _Id
    result: Annotated[Text, Field(max_length=10_000)] = ""

    def write(self) -> gate.Write:
        """As the gate says it."""
        return gate.DoneTask(self.key, self.external_id, self.result)


class NewNote(_New):
    """A note on a record."""

    kind: Literal["note"]
    about: About
    text: _Words

    def write(self) -> gate.Write:
        """As the gate says it."""
        return gate.NewNote(self.key, self.about.ref(), self.text)


class SetField(_New):
    """A value of a custom field; of phones and e-mails one more."""

    kind: Literal["field"]
    about: About
    field: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="A target of the field map, the field's id, or its code.",
        examples=["company.segment", "company/9013", "PHONE"],
    )
    value: Text | list[Text] | None = Field(description="null clears the field.")

    def write(self) -> gate.Write:
        """As the gate says it."""
        return gate.SetField(self.key, self.about.ref(), self.field, self.value)


class AddTag(_New):
    """One tag more on a record."""

    kind: Literal["tag"]
    about: About
    tag: Annotated[Text, Field(min_length=1, max_length=200)]

    def write(self) -> gate.Write:
        """As the gate says it."""
        return gate.AddTag(self.key, self.about.ref(), self.tag)


NewWrite = Annotated[NewTask | DoneTask | NewNote | SetField | AddTag, Field(discriminator="kind")]


class CrmWrite(BaseModel):
    """Something that was asked to be written, and what came of it."""

    id: str
    key: str
    kind: str = Field(examples=["task"])
    about: Ref
    state: WriteState = Field(
        description="`sending`: sent, or about to be; `failed`: `kam-sync write retry`; "
        "`called_off`: nobody needs it any more, and it is not in the CRM."
    )
    attempts: int
    external_id: str | None = Field(description="Id in the CRM once it is done.")
    asked_by: str
    asked_at: Moment
    sent_at: Moment | None
    done_at: Moment | None
    reason: str = Field(description="Why it failed, or what was left out to get it in.")
    ending: gate.Ending | None = Field(
        description="Of a task that was to be finished: `finished`; `commented`, where the CRM "
        "lets us do no more; `was_done` by somebody else; `gone` from the CRM."
    )


class Asked(BaseModel):
    """The writes that were asked for, in their order."""

    items: list[CrmWrite]
