"""Tables that are given to us, by file or by API: nothing is asked for, rows are kept and read.

The rows are kept as raw records like those of any CRM: a row of a file under what its mapping says
is its key, one that a program gives under its `external_id`. Each row names its client, which is a
company of the same source (`connectors.kit.columns.clients`). The mappings are options of the
source, one for each table, so that all rows can be read again when one is corrected.
"""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Json

from connectors.kit.columns import TABLES, TableMap, clients, reading
from connectors.kit.contract import Credentials, Cursor, NounFacts, Page
from connectors.kit.errors import BadRecord
from connectors.kit.readers import coded
from connectors.kit.records import Noun, Outcome, Pipeline, RawRecord, Record, Stage


class Settings(BaseModel):
    """The mapping of each table, as JSON."""

    model_config = ConfigDict(extra="forbid")

    payments: Json[TableMap] | None = None
    invoices: Json[TableMap] | None = None
    shipments: Json[TableMap] | None = None
    sell_out: Json[TableMap] | None = None
    stock: Json[TableMap] | None = None
    nps_answers: Json[TableMap] | None = None
    plans: Json[TableMap] | None = None
    budgets: Json[TableMap] | None = None
    receivables: Json[TableMap] | None = None
    returns: Json[TableMap] | None = None
    costs: Json[TableMap] | None = None
    contracts: Json[TableMap] | None = None
    companies: Json[TableMap] | None = None
    contacts: Json[TableMap] | None = None
    deals: Json[TableMap] | None = None


_TABLE_OF = {table.noun: table for table in TABLES.values()}
_GIVEN = NounFacts(deletions=frozenset())
"""Nobody can be asked whether a row is still there: who gives a table says so."""


class Tables:
    """Rows that were given to us."""

    kind = "tables"
    hosts = ()
    nouns: Mapping[Noun, NounFacts] = dict.fromkeys(
        (Noun.COMPANY, Noun.PIPELINE, *(noun for noun in _TABLE_OF if noun is not Noun.COMPANY)),
        _GIVEN,
    )
    requests = 0

    def __init__(self, credentials: Credentials) -> None:
        self._maps = Settings.model_validate(credentials.options)

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:  # noqa: ARG002 - the contract
        """Nothing: rows are given."""
        return iter(())

    def translate(self, raw: RawRecord) -> Record:
        """A row in our words."""
        if raw.noun is Noun.PIPELINE:
            return self._pipeline(raw)
        if client := clients.as_company(raw):
            return client
        table = _TABLE_OF[raw.noun]
        return reading.again(table, getattr(self._maps, table.name), raw)

    def close(self) -> None:
        """There is no connection."""

    def _pipeline(self, raw: RawRecord) -> Pipeline:
        """The stages that deals were seen in, as the mapping says what each means."""
        deals = self._maps.deals
        rule = deals.fields.get("stage") if deals else None
        if rule is None or not rule.codes:
            raise BadRecord("the mapping of deals says nothing of stages any more")
        outcome = coded(rule.codes, ("id",))
        stages = tuple(
            Stage(stage, stage, place, Outcome(outcome(stage)))
            for place, stage in enumerate(raw.body["stages"])
        )
        return Pipeline(raw.external_id, raw.external_id, stages)
