"""Rows of Bitrix24 in our words. Pure, and with its parts alone in knowing their fields."""

from collections.abc import Callable, Mapping

from connectors.bitrix24.entities import pulled
from connectors.bitrix24.mapping_people import company, contact, group, user
from connectors.bitrix24.mapping_sales import deal, invoice, pipeline, product
from connectors.bitrix24.mapping_work import activity, custom_field, step, task
from connectors.bitrix24.reading import Words
from connectors.bitrix24.settings import Settings
from connectors.kit.records import Noun, RawRecord, Record

_BY_NOUN: Mapping[Noun, Callable[[RawRecord, Words], Record]] = {
    Noun.GROUP: group,
    Noun.USER: user,
    Noun.FIELD: custom_field,
    Noun.PIPELINE: pipeline,
    Noun.PRODUCT: product,
    Noun.COMPANY: company,
    Noun.CONTACT: contact,
    Noun.DEAL: deal,
    Noun.INVOICE: invoice,
    Noun.TASK: task,
    Noun.NOTE: activity,
    Noun.EVENT: step,
}


class Mapper:
    """Says raw records in our words, with the currency and the field map of one portal."""

    def __init__(self, settings: Settings, fields: Mapping[str, str]) -> None:
        named = {target: id_.partition("/")[2] or id_ for target, id_ in fields.items()}
        entities = pulled(leads=settings.leads)
        self._words = Words(settings.currency, settings.zone, named, entities)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words, or BadRecord."""
        return _BY_NOUN[raw.noun](raw, self._words)
