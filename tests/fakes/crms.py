"""Small CRMs made by hand, for what needs no HTTP."""

from collections.abc import Iterator, Sequence

from connectors import (
    BadRecord,
    ConnectorError,
    Cursor,
    Field,
    Noun,
    NounFacts,
    Page,
    RawRecord,
    Record,
)


class FieldsOnly:
    """An account that has custom fields and nothing else."""

    kind = "fields-only"
    requests = 0

    def __init__(self, *fields: Field, trouble: ConnectorError | None = None) -> None:
        self.nouns = {Noun.FIELD: NounFacts()}
        self._fields: Sequence[Field] = fields
        self._trouble = trouble

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """One field a page, and then the trouble."""
        for field in self._fields:
            yield Page((RawRecord(noun, field.external_id, {}),))
        if self._trouble:
            raise self._trouble

    def translate(self, raw: RawRecord) -> Record:
        """The field of that id; one without a name makes no sense."""
        field = next(one for one in self._fields if one.external_id == raw.external_id)
        if not field.name:
            raise BadRecord("name: a text is needed")
        return field

    def close(self) -> None:
        """Nothing to give back."""
