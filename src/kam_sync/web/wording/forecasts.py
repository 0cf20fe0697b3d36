"""What an account is predicted to buy, or why nothing is predicted, in plain words."""

from kam_sync.kpi.model import Forecast, Unforeseen
from kam_sync.web.wording.language import Language


def forecast(language: Language, said: Forecast) -> str:
    """The value with its interval, or the reason why there is none."""
    if said.why is not None or said.value is None:
        return _why(language, said.why or Unforeseen.FEW_ORDERS) % {"unit": said.unit}
    sentence = language.gettext(
        "%(value)s in the next 12 months; of five clients like this one four buy for between"
        " %(low)s and %(high)s. Expected orders: %(orders)s; it still buys with a probability"
        " of %(alive)s."
    )
    return sentence % {
        "value": language.money(said.value, said.unit),
        "low": language.money(said.low or 0, said.unit),
        "high": language.money(said.high or 0, said.unit),
        "orders": language.number(said.orders or 0, places=1),
        "alive": language.percent(100 * (said.alive or 0)),
    }


def _why(language: Language, why: Unforeseen) -> str:
    _ = language.gettext
    return {
        Unforeseen.FEW_ACCOUNTS: _(
            "%(unit)s: nothing is predicted, for fewer than 50 clients have ordered again."
        ),
        Unforeseen.SHORT_HISTORY: _(
            "%(unit)s: nothing is predicted, for the first order of all is not half a year old."
        ),
        Unforeseen.FEW_ORDERS: _(
            "%(unit)s: nothing is predicted, for this client has ordered on one day alone."
        ),
    }[why]
