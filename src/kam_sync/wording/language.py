"""A language of people: its translations, and its way to write numbers, money and dates."""

import gettext
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_currency, format_currency, format_decimal

from kam_sync.base.settings import Locale

LOCALES = Path(__file__).parents[1] / "web" / "locale"

Number = float | Decimal
Day = date  # a method of the class has its name
_TIMES = {Locale.RU: "d MMM y, HH:mm", Locale.EN: "MMM d, y, HH:mm"}
_PLACES = {Locale.RU: "#,##0.## ¤", Locale.EN: None}


class Language:
    """One language in one time zone."""

    def __init__(self, locale: Locale, zone: ZoneInfo) -> None:
        self.locale = locale
        self.zone = zone
        self.translations = _read(locale)

    def gettext(self, text: str) -> str:
        """The translation of an English text."""
        return self.translations.gettext(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The translation of an English text in the plural form that the number asks for."""
        return self.translations.ngettext(one, many, number)

    def money(self, amount: Number, currency: str) -> str:
        """An amount in a short form: 1,2 млн ₽."""
        exact = _round_small(Decimal(str(amount)))
        where = self.locale.value
        shown = format_compact_currency(exact, currency, locale=where, fraction_digits=1)
        # A currency without a sign in this language is written as its code; keep it off the digits.
        return shown.replace(currency, f"{currency}\N{NO-BREAK SPACE}")

    def full_money(self, amount: Number, currency: str) -> str:
        """An amount to the last kopeck."""
        exact = Decimal(str(amount))
        whole = exact == exact.to_integral_value()
        shown = format_currency(
            exact,
            currency,
            format=_PLACES[self.locale] if whole else None,
            currency_digits=not whole,
            locale=self.locale.value,
        )
        return shown.replace(currency, f"{currency}\N{NO-BREAK SPACE}")

    def number(self, value: Number, *, places: int = 0) -> str:
        """A number with the separators of the language."""
        # Rounding may leave "-0", which nobody should read.
        rounded = round(Decimal(str(value)), places) + 0
        return format_decimal(rounded, locale=self.locale.value)

    def exact(self, value: Decimal, *, is_grouped: bool = True) -> str:
        """A number with all its places."""
        return format_decimal(
            value,
            locale=self.locale.value,
            decimal_quantization=False,
            group_separator=is_grouped,
        )

    def percent(self, value: Number, *, places: int = 0) -> str:
        """A share that is counted in percent already."""
        space = "\N{NO-BREAK SPACE}" if self.locale is Locale.RU else ""
        return f"{self.number(value, places=places)}{space}%"

    def days(self, value: Number) -> str:
        """A number of whole days."""
        count = round(value)
        said = self.ngettext("%(num)s day", "%(num)s days", abs(count))
        return said % {"num": self.number(count)}

    def span(self, span: timedelta) -> str:
        """A length of time, roughly, in a short form: 12 мин."""
        return format_timedelta(span, format="short", locale=self.locale.value)

    def since_month(self, day: date) -> str:
        """A month as it stands after "since": августа 2026."""
        return format_date(day, "MMMM\N{NO-BREAK SPACE}y", locale=self.locale.value)

    def month(self, day: date) -> str:
        """A month by itself: август 2026."""
        return format_date(day, "LLLL y", locale=self.locale.value)

    def short_month(self, day: date) -> str:
        """A month where there is little room: авг. 2026."""
        return format_date(day, "LLL y", locale=self.locale.value)

    def day(self, day: date) -> str:
        """A day of the calendar."""
        return format_date(day, "medium", locale=self.locale.value)

    def date(self, moment: datetime | None) -> str:
        """The day of a moment in the time zone of the installation."""
        if moment is None:
            return "\N{EN DASH}"
        return self.day(self.day_of(moment))

    def day_of(self, moment: datetime) -> Day:
        """The day of the calendar that a moment is on here."""
        return moment.astimezone(self.zone).date()

    def time(self, moment: datetime | None) -> str:
        """A moment, day and time, in the time zone of the installation."""
        if moment is None:
            return "\N{EN DASH}"
        return self.clock_time(moment.astimezone(self.zone))

    def clock_time(self, moment: datetime) -> str:
        """A moment as its own clock shows it."""
        return format_datetime(moment, _TIMES[self.locale], locale=self.locale.value)


def _round_small(amount: Decimal) -> Decimal:
    """Below a thousand there is no short form, and kopecks say nothing."""
    return round(amount, 0) + 0 if abs(amount) < 1000 else amount


@cache
def _read(locale: Locale) -> gettext.NullTranslations:
    path = LOCALES / f"{locale.value}.po"
    if not path.exists():  # English: the texts themselves
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale.value)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
