"""Megaplan, API v3.

Query: one JSON object, percent-encoded, as the whole query string; plain parameters are ignored.
Lists: `pageAfter` names the last row by its own contentType and id; on while `hasMoreNext`; 100 a
page. A list gives few fields: others are asked for by `fields`, an unknown one gets a 422, and what
the rights of the token's user hide is absent without a word.
An object is given in full where it first occurs in an answer, then by its id: see `references`.
Changes: deals, companies and people by `timeUpdated`, tasks by `activity`, the latest first, down
to what is known. Filters of time are not used: where they are not understood, they are passed over
in silence. Nothing else tells when it changed: short lists are read whole, invoices now and then.
Deletions: `isDropped` of companies and people; else by absence. Ids repeat between kinds of things,
but a company and a person never share one.
Errors: {"meta": {"status", "errors"}}, also inside of a 200. Limits are not published.
Times are ISO with an offset; days are {year, month, day} with January as the month 0.
Docs: https://dev.megaplan.ru/apiv3/index.html
"""

from connectors.megaplan.client import Megaplan

__all__ = ["Megaplan"]
