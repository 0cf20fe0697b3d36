"""Which fields a list gives by itself, which it gives when asked, and by what it can be sorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_ALWAYS = frozenset({"contentType", "id"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: its name in answers, its fields and its orders."""

    name: str
    usual: frozenset[str]
    """What a list gives without being asked."""
    more: frozenset[str] = frozenset()
    sorts: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """All that may be asked for."""
        return self.usual | self.more | _ALWAYS


DEAL_FIELDS = {
    "Category1000061CustomFieldSrokDogovora": ("DateField", "Договор действует до", ()),
    "Category1000061CustomFieldPlanovayaPribil": ("MoneyField", "Плановая прибыль", ()),
}
COMPANY_FIELDS = {
    "Category183CustomFieldSegment": ("EnumField", "Сегмент", ("A", "B", "C")),
    "Category183CustomFieldOborot": ("FloatField", "Оборот в год", ()),
}
CUSTOM: Mapping[str, Mapping[str, tuple[str, str, tuple[str, ...]]]] = MappingProxyType(
    {"deal": DEAL_FIELDS, "contractorCompany": COMPANY_FIELDS, "contractorHuman": {}, "task": {}}
)
"""Custom fields by the path of their kind: name -> type, what people call it, what is chosen."""

_PEOPLE = _words(
    "responsibles contactInfo payers description birthday timeCreated timeUpdated isDropped"
    " humanNumber tags responsiblesCount payersCount tagsCount"
)
_TIMES = _words("timeCreated timeUpdated name")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "deal": Kind(
            "Deal",
            _words("number name program state manager contractor"),
            _words(
                "result stateTimeUpdated contact payer price cost positions positionsCount invoices"
                " invoicesCount financeOperations timeCreated timeUpdated userCreated description"
                " tags tagsCount commentsCount lastCommentTimeCreated"
            )
            | DEAL_FIELDS.keys(),
            _TIMES | _words("lastCommentTimeCreated"),
        ),
        "contractorCompany": Kind(
            "ContractorCompany", _words("name type"), _PEOPLE | COMPANY_FIELDS.keys(), _TIMES
        ),
        "contractorHuman": Kind(
            "ContractorHuman",
            _words("firstName middleName lastName type"),
            _PEOPLE | _words("name company position gender"),
            _TIMES,
        ),
        "payer": Kind("Payer", _words("name type inn kpp ogrn address contractor isDropped")),
        "employee": Kind(
            "Employee",
            _words("name firstName lastName position department isWorking isOnline lastOnline"),
            _words("contactInfo status uid timeCreated canLogin"),
        ),
        "department": Kind("Department", _words("name")),
        "program": Kind("Program", _words("name states isBpm"), _words("transitions")),
        "task": Kind(
            "Task",
            _words("name status responsible owner deadline"),
            _words(
                "statement subject deals contractor timeCreated activity statusChangeTime isUrgent"
                " isTemplate actualFinish completed plannedWork humanNumber"
            ),
            _words("timeCreated activity name"),
        ),
        "invoice": Kind(
            "Invoice",
            _words("number name status sum invoiceDate"),
            _words(
                "payer deal deadline actualPaymentDate currency rows rowsCount userCreated"
                " financeOperations financeOperationsCount"
            ),
        ),
        "comment": Kind(
            "Comment",
            _words("content owner timeCreated subject"),
            _words("timeUpdated isDropped attaches transportMessages workTime"),
        ),
        "currency": Kind("Currency", _words("name abbreviation sign rate isBase")),
    }
)
"""By the path of their list; comments stand below what they are about."""
