"""Bitrix24, the REST API of a portal.

Lists: fifty rows a page; in the order of ids, from behind the last one (`>id`, start -1), which is
fast and hides nothing; up to fifty pages in one `batch`, each of which refers to the one before.
Changes: a filter by the time of the change, for each list another one. Deletions leave no trace:
they show when a list is read whole, and as events. No list says whether it kept to a filter.
Deals, contacts, companies and smart invoices come by `crm.item.list`, one method with one shape:
`crm.deal.list` and its like are marked as outdated, and name neither all contacts nor phones.
Custom choices are ids, the INN is a requisite of its own: what a row needs is joined to it under
`joined` when it is pulled, so that it can be translated without asking.
Limits: a leaky bucket of 50 requests that drains by 2 a second (503), and seconds of work for each
method (429), which end at a time that the answers before have told. A batch answers 200 always.
Errors may have an empty code: then only the text speaks. Empty objects come as `[]`.
Docs: https://apidocs.bitrix24.ru
"""

from connectors.bitrix24.client import Bitrix24

__all__ = ["Bitrix24"]
