"""1C:Enterprise by its standard OData interface (version 3), read only.

One base, one server, its own schema: what sets and fields are called comes from a profile of the
configuration (`profiles`), and an admin may name any of them otherwise (`settings`).
Lists: no order and no pages unless asked for; documents are walked by their date, catalogs by
`$skip` in the order of keys (`reading`).
Changes: there is no "changed since". `Date` is the day in the books and may be set back; of each
row there is a DataVersion, new after each write. So the versions of the last weeks are compared by
their digests, and the days that differ are read again; once a week all is read.
Deletions: DeletionMark is a field; what was purged shows by its absence. What is not posted does
not count. Balances are functions of a register at a moment (`balances`).
Limits: none but the server's; one request at a time, the first one may take half a minute.
401 with code 20 is a matter of rights, not of the password. Times are local and have no zone.
Docs: https://its.1c.ru/db/v8327doc, chapter 17.4
"""

from connectors.onec.client import OneC

__all__ = ["OneC"]
