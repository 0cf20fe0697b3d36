"""What is wrong with a CRM or a record, and what to do next, in words for people.

Beside them the pages show what the program wrote down, which is English and folded away.
"""

from connectors import ErrorKind
from kam_sync.web.wording.language import Language


def trouble(language: Language, kind: ErrorKind) -> str:
    """What is wrong with a CRM account, and what to do about it."""
    return _of_access(language).get(kind) or _of_answers(language).get(kind) or _other(language)


def failure(language: Language, status: int) -> str:
    """Why a page or a button did not do what was asked, by the status of the answer."""
    known = {
        400: language.gettext("What was asked for cannot be done. Go back and change it."),
        403: language.gettext("Open this page here, not from another site, and try again."),
        409: language.gettext(
            "Somebody is at it just now, or it has changed since you saw it. "
            "Look again in a minute."
        ),
        422: language.gettext("A part of the address is missing or wrong. Go back and try again."),
        502: language.gettext("The CRM does not answer as it should. Try again in a few minutes."),
        503: language.gettext("The database is away. Try again in a minute."),
    }
    unforeseen = language.gettext(
        "Try again in a minute. If it stays, hand this id to whoever looks after kam_sync; "
        "the log has the rest."
    )
    return known.get(status, unforeseen if status >= 500 else known[400])


def set_aside(language: Language, reason: str) -> str:
    """Why a record could not be understood; `reason` begins with the field it is about."""
    field, _, said = reason.partition(": ")
    field = field.partition(" (from ")[0]
    known = {
        "an id is needed": language.gettext("“%(field)s” is no id."),
        "a text is needed": language.gettext("“%(field)s” is no text."),
        "a whole number is needed": language.gettext("“%(field)s” is no whole number."),
        "too large": language.gettext("The number in “%(field)s” is too large."),
        "an amount is needed": language.gettext("“%(field)s” is no amount of money."),
        "ISO 4217": language.gettext("“%(field)s” is no currency that we know."),
        "Unix seconds": language.gettext("“%(field)s” is no time."),
        "no time between": language.gettext("The time in “%(field)s” cannot be right."),
        "a list of objects": language.gettext("“%(field)s” is no list."),
        **_of_rows(language),
    }
    found = next((text for part, text in known.items() if part in said), None)
    return (found or language.gettext("Something in it has another form than usual.")) % {
        "field": field
    }


def _of_rows(language: Language) -> dict[str, str]:
    """What may be wrong with rows that are given."""
    return {
        "has to be there": language.gettext("“%(field)s” is missing."),
        "no such field": language.gettext("There is no field “%(field)s” in this table."),
        "a number is needed": language.gettext("“%(field)s” is no number."),
        "a time is needed": language.gettext("“%(field)s” is no day and no time."),
        "no such day": language.gettext("There is no such day as “%(field)s” says."),
        "is a month": language.gettext("“%(field)s” is a month, and a day is needed."),
        "does not say whose": language.gettext("The row does not say whose it is."),
        "an object is needed": language.gettext("“%(field)s” has another form than it should."),
        "has the same": language.gettext("Another row of this call has the same id."),
        "is no KPI": language.gettext("“%(field)s” is no KPI that we measure."),
        "0 to 10": language.gettext("“%(field)s” has to be from 0 to 10."),
        "is none of": language.gettext("“%(field)s” is none of the words that we know for it."),
        "are needed, got": language.gettext(
            "“%(field)s” has to be steps such as 3 000 000: 2%%; 5 000 000: 3%%."
        ),
        "two steps from": language.gettext("“%(field)s” has two steps from the same amount."),
        "more has to be given": language.gettext(
            "“%(field)s”: each step has to give more than the one before."
        ),
        "less than nothing": language.gettext("“%(field)s” is less than nothing."),
        "is before": language.gettext("“%(field)s” is before the beginning."),
    }


def _of_access(language: Language) -> dict[ErrorKind, str]:
    return {
        ErrorKind.TOKEN_REFUSED: language.gettext(
            "The CRM does not accept the token. Make a new one there and give it here."
        ),
        ErrorKind.ACCESS_ENDED: language.gettext(
            "The access that was allowed has ended. Open the source anew."
        ),
        ErrorKind.CODE_REFUSED: language.gettext(
            "The CRM did not accept its own code: it was used already, is older than 20 minutes, "
            "or the client id, secret or redirect URI differ from those in the integration. "
            "Compare them and begin again."
        ),
        ErrorKind.SWITCHED_OFF: language.gettext(
            "The integration was switched off in the CRM. Switch it on there and open the source "
            "anew."
        ),
        ErrorKind.NOT_PAID: language.gettext(
            "The CRM account is not paid for. Once it is, go on with the source."
        ),
        ErrorKind.NO_RIGHTS: language.gettext(
            "The CRM does not show this to whoever let us in. Let an administrator open the source "
            "anew, or live without it."
        ),
        ErrorKind.OTHER_ACCOUNT: language.gettext(
            "This opens another CRM account than before. Open the right one, or connect the other "
            "as a source of its own."
        ),
        ErrorKind.ALREADY_CONNECTED: language.gettext(
            "This CRM account is connected already, as another source."
        ),
        ErrorKind.WRONG_NAME: language.gettext(
            "Use up to 64 Latin letters, digits, dots and dashes."
        ),
        ErrorKind.NAME_TAKEN: language.gettext(
            "There is a source of this name already; choose another one."
        ),
        ErrorKind.STRANGE_HOST: language.gettext(
            "This is no address of this CRM. If it is one of yours, an administrator of "
            "kam_sync has to allow it first (KAM_SYNC_CRM_HOSTS)."
        ),
    }


def _of_answers(language: Language) -> dict[ErrorKind, str]:
    return {
        ErrorKind.BANNED: language.gettext(
            "The CRM refuses all our requests. We ask again later; if it stays, ask its support "
            "whether our address is blocked."
        ),
        ErrorKind.NOT_THERE: language.gettext(
            "There is nothing at this address. Compare it with the address of the account in the "
            "browser; the account may have moved or lack this part."
        ),
        ErrorKind.NOT_OFFERED: language.gettext(
            "The CRM does without records of this kind, or its administrator does not publish "
            "them. If you need them, let them be switched on there."
        ),
        ErrorKind.REFUSED: language.gettext(
            "The CRM understood the request and refuses it. Look at the details."
        ),
        ErrorKind.TOO_MANY_REQUESTS: language.gettext(
            "The CRM asked us to slow down. It goes on by itself."
        ),
        ErrorKind.CRM_FAILS: language.gettext(
            "The CRM has a failure of its own. We try again by ourselves."
        ),
        ErrorKind.NO_CONNECTION: language.gettext(
            "The CRM cannot be reached. We try again by ourselves; if it stays, compare the "
            "address and ask whether the server may go out to the internet."
        ),
        ErrorKind.NO_ANSWER: language.gettext(
            "The CRM did not answer in time. We try again by ourselves."
        ),
        ErrorKind.UNREADABLE: language.gettext(
            "The answer of the CRM cannot be read. We try again by ourselves; if it stays, compare "
            "the address: another program may answer there."
        ),
        ErrorKind.BAD_PROFILE: language.gettext(
            "The CRM cannot be read by this profile: something in it, or a secret that it names, "
            "is missing or wrong."
        ),
        ErrorKind.UNFIT: language.gettext(
            "What is set for this source does not fit its CRM: a list or a field has another name "
            "there, or was renamed. The details say which."
        ),
        ErrorKind.PAUSED: language.gettext("Paused by a person; it goes on where it was."),
    }


def _other(language: Language) -> str:
    return language.gettext(
        "It did not succeed, for a reason that has no words of its own here. If it stays, show "
        "the details to whoever looks after kam_sync."
    )
