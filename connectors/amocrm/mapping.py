"""amoCRM's rows in our words. Pure, and with its parts the only place that knows their fields."""

from collections.abc import Callable, Mapping

from connectors.amocrm.fields import Words
from connectors.amocrm.mapping_people import company, contact, customer, group, user
from connectors.amocrm.mapping_sales import deal, invoice, loss_reason, pipeline, product, purchase
from connectors.amocrm.mapping_stream import event, note
from connectors.amocrm.mapping_work import custom_field, task
from connectors.amocrm.settings import Settings
from connectors.kit.records import Noun, RawRecord, Record

_BY_NOUN: Mapping[Noun, Callable[[RawRecord, Words], Record]] = {
    Noun.GROUP: group,
    Noun.USER: user,
    Noun.FIELD: custom_field,
    Noun.PIPELINE: pipeline,
    Noun.LOSS_REASON: loss_reason,
    Noun.PRODUCT: product,
    Noun.COMPANY: company,
    Noun.CONTACT: contact,
    Noun.DEAL: deal,
    Noun.CUSTOMER: customer,
    Noun.PURCHASE: purchase,
    Noun.INVOICE: invoice,
    Noun.TASK: task,
    Noun.NOTE: note,
    Noun.EVENT: event,
}


class Mapper:
    """Says raw records in our words, with the currency and the field map of one account."""

    def __init__(self, settings: Settings, fields: Mapping[str, str]) -> None:
        self._words = Words(
            currency=settings.currency,
            zone=settings.zone,
            fields={target: id_.rpartition("/")[2] for target, id_ in fields.items()},
            names={"company.inn": settings.inn_field, "company.kpp": settings.kpp_field},
        )

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words, or BadRecord."""
        return _BY_NOUN[raw.noun](raw, self._words)
