"""amoCRM and Kommo, API v4.

Lists: `page` from 1 and `limit` up to 250, HAL envelope `_embedded.<name>`; 204 with no body for
an empty list and for any page past the end; no totals, and `next` links lie both ways.
Changes: `filter[updated_at][from]` on leads, contacts and companies is a paid option, silently
ignored where it is off: then by `order[updated_at]=desc` down to what is known. Free on tasks and
notes. Customers, purchases and elements of catalogs have no order: the log of events names them.
Events: 100 a page, in no documented order; of a merge the survivor alone is told. See `changes`.
Rows can become visible later than their `updated_at`: a pull starts half an hour before the last.
Limits: 7 requests a second per integration; 429 with or without a wait, as JSON or a page.
Won and lost are the stages 142 and 143 of every pipeline; a stage is known by (pipeline, stage).
Times are Unix seconds in UTC, prices whole numbers in the currency of the account.
Docs: https://www.amocrm.ru/developers/content/crm_platform/api-reference
"""

from connectors.amocrm.client import AmoCrm

__all__ = ["AmoCrm"]
