"""Numbers and sentences in both languages, and translations without gaps."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from connectors import BadRecord, columns
from kam_sync import web, wording
from kam_sync.base.settings import Locale
from kam_sync.drift.model import Finding, Kind, Verdict, Why
from kam_sync.jobs.model import Plan
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Forecast, Unforeseen
from kam_sync.web.wording import steps, troubles
from kam_sync.web.wording.forecasts import forecast
from kam_sync.web.wording.language import LOCALES, Language
from kam_sync.wording import drifts

MOSCOW = ZoneInfo("Europe/Moscow")
RU, EN = Language(Locale.RU, MOSCOW), Language(Locale.EN, MOSCOW)


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("amount", "russian", "english"),
    [
        (0, "0 ₽", "RUB 0"),
        (950.4, "950 ₽", "RUB 950"),
        (-0.2, "0 ₽", "RUB 0"),
        (12_345, "12,3 тыс. ₽", "RUB 12.3K"),
        (1_200_000, "1,2 млн ₽", "RUB 1.2M"),
        (Decimal("2900000.50"), "2,9 млн ₽", "RUB 2.9M"),
    ],
)
def test_money_has_a_short_form(amount: float, russian: str, english: str) -> None:
    assert plain(RU.money(amount, "RUB")) == russian
    assert plain(EN.money(amount, "RUB")) == english


def test_a_prediction_is_said_with_its_interval_or_with_the_reason() -> None:
    said = Forecast(
        kpi="predicted_ltv", unit="RUB", made_on=date(2026, 11, 23), value=Decimal(1_200_000),
        low=Decimal(300_000), high=Decimal(2_500_000), alive=0.873, orders=4.21,
    )  # fmt: skip
    assert plain(forecast(RU, said)) == (
        "1,2 млн ₽ за следующие 12 месяцев; из пяти таких клиентов четверо купят на сумму от"
        " 300 тыс. ₽ до 2,5 млн ₽. Ожидается заказов: 4,2; вероятность, что клиент ещё"
        " покупает, — 87 %."
    )
    for why in Unforeseen:
        unsaid = said.model_copy(update={"value": None, "why": why})
        assert "прогноза нет" in forecast(RU, unsaid)
        assert "nothing is predicted" in forecast(EN, unsaid)


def test_money_has_a_full_form() -> None:
    assert plain(RU.full_money(Decimal("1234567.5000"), "RUB")) == "1 234 567,50 ₽"
    assert plain(RU.full_money(Decimal("1200000.0000"), "RUB")) == "1 200 000 ₽"
    assert EN.full_money(Decimal("1234.5"), "USD") == "$1,234.50"


@pytest.mark.parametrize(
    ("days", "russian", "english"),
    [(1, "1 день", "1 day"), (3.2, "3 дня", "3 days"), (5, "5 дней", "5 days"),
     (21, "21 день", "21 days"), (111, "111 дней", "111 days"), (0, "0 дней", "0 days")],
)  # fmt: skip
def test_days_have_the_right_plural(days: float, russian: str, english: str) -> None:
    assert RU.days(days) == russian
    assert EN.days(days) == english


@pytest.mark.parametrize(
    ("plan", "russian", "english"),
    [
        (Plan(every=timedelta(minutes=15)), "каждые 15 минут", "every 15 minutes"),
        (Plan(every=timedelta(hours=1)), "каждый час", "every hour"),
        (Plan(every=timedelta(days=2)), "каждые 2 дня", "every 2 days"),
        (Plan(every=timedelta(seconds=90)), "раз в 1 мин 30 с", "every 1 min 30 sec"),
        (Plan(cron="30 2 * * 1-5", zone="Europe/Moscow"), "по будням в 02:30",
         "on weekdays at 02:30"),
        (Plan(cron="5 * * * *", zone="Europe/Moscow"), "в 5 мин. каждого часа",
         "at minute 5 of every hour"),
        (Plan(cron="0 3 1 * *"), "1-го числа каждого месяца в 03:00 (UTC)",
         "on day 1 of every month at 03:00 (UTC)"),
        (Plan(cron="0 3 * * 0,3"), "вс, ср в 03:00 (UTC)", "Sun, Wed at 03:00 (UTC)"),
        (Plan(cron="*/7 9-17 * * *", zone="Europe/Moscow"), "*/7 9-17 * * *", "*/7 9-17 * * *"),
    ],
)  # fmt: skip
def test_a_plan_is_said_in_words(plan: Plan, russian: str, english: str) -> None:
    assert steps.when(RU, plan) == russian
    assert steps.when(EN, plan) == english


def test_the_telling_of_integrators_has_words() -> None:
    assert steps.step(RU, "announce") == "поиск новостей для получателей"
    assert steps.step(EN, "announce") == "looking for news for targets"
    assert steps.step(RU, "deliver:3") == "отправка вебхуков получателю 3"
    assert steps.step(EN, "deliver:3") == "sending webhooks to target 3"


def test_moments_are_shown_in_the_zone_of_the_installation() -> None:
    moment = datetime(2026, 8, 31, 21, 30, tzinfo=UTC)

    assert plain(RU.time(moment)) == "1 сент. 2026, 00:30"
    assert EN.date(moment) == "Sep 1, 2026"


def finding(kpi: str, unit: str, why: Why, **numbers: object) -> Finding:
    """A finding about nobody."""
    verdicts = {Why.OUTSIDE_BAND: Verdict.DRIFT, Why.INSIDE_BAND: Verdict.STEADY}
    verdict = verdicts.get(why, Verdict.UNCLEAR)
    return Finding(account_id=uuid4(), rule=kpi, kpi=kpi, unit=unit, verdict=verdict, why=why,
                   changed_at=datetime(2026, 11, 1, tzinfo=UTC), **numbers)  # fmt: skip


FELL = {"gap": -4.0, "observed": 1.2e6, "expected": 2.9e6, "low": 1e6, "high": 4e6}
ROSE = {"gap": 5.0, "observed": 75.0, "expected": 20.0, "low": -1.0, "high": 41.0}
SINCE, ON = date(2026, 8, 1), date(2026, 10, 1)
MOVED = {"since": SINCE, "on": ON}


@pytest.mark.parametrize(
    ("found", "russian"),
    [
        (finding("won_revenue", "RUB", Why.OUTSIDE_BAND, **MOVED, **FELL),
         "Хуже обычного: 1,2 млн ₽ за октябрь 2026 вместо обычных 2,9 млн ₽, с августа 2026."),
        (finding("sell_out", "RUB", Why.OUTSIDE_BAND, grain=Grain.WEEK,
                 since=date(2026, 10, 5), on=date(2026, 10, 19), **FELL),
         "Хуже обычного: 1,2 млн ₽ за неделю с 19 окт. 2026 г. вместо обычных 2,9 млн ₽"
         " (с 5 окт. 2026 г.)."),
        (finding("dso", "days", Why.OUTSIDE_BAND, **MOVED, **ROSE),
         "Хуже обычного: 75 дней за октябрь 2026 вместо обычных 20, с августа 2026."),
        (finding("open_pipeline", "RUB", Why.OUTSIDE_BAND, **MOVED, **{**FELL, "gap": 4.0}),
         "Лучше обычного: 1,2 млн ₽ за октябрь 2026 вместо обычных 2,9 млн ₽, с августа 2026."),
        (finding("dso", "days", Why.INSIDE_BAND, **{**ROSE, "observed": 21.0}),
         "Как обычно: 21 день; обычный диапазон: 0 – 41 день."),
        (finding("dso", "days", Why.ANOMALY, **ROSE),
         "Далеко от обычного, но один раз: 75 дней вместо обычных 20."
         " По одному значению не судят."),
        (finding("contract_days_left", "days", Why.OUTSIDE_BAND, kind=Kind.LIMIT,
                 observed=80.0, expected=90.0, gap=-1.1),
         "Хуже обычного: 80 дней, порог 90."),
        (finding("won_revenue", "RUB", Why.OUTSIDE_BAND, kind=Kind.PLAN,
                 observed=6e6, expected=8e6, gap=-2.5, on=date(2026, 12, 31)),
         "Хуже обычного: такими темпами к 31 дек. 2026 г. будет 6 млн ₽ из 8 млн ₽: 75 % плана."),
        (finding("sell_out", "RUB", Why.OUTSIDE_BAND, kind=Kind.MISSING,
                 observed=21.0, expected=5.0, high=12.0, gap=3.0),
         "Хуже обычного: данных нет 21 рабочий день; обычно они приходят раз в 5,"
         " и больше 12 бывает редко."),
        (finding("win_rate", "percent", Why.TOO_LITTLE_HISTORY),
         "Мало истории: для вывода нужно 8 полных периодов."),
        (finding("win_rate", "percent", Why.STALE),
         "Данные устарели: за последний полный период значения нет, поэтому сказать нечего."),
        (None, "Ещё не оценивалось."),
    ],
)  # fmt: skip
def test_a_finding_is_said_in_words(found: Finding | None, russian: str) -> None:
    assert plain(drifts.finding(RU, found)) == russian


def test_a_finding_is_said_in_english_too() -> None:
    found = finding("won_revenue", "RUB", Why.OUTSIDE_BAND, **MOVED, **FELL)

    assert plain(drifts.finding(EN, found)) == (
        "Worse than usual: RUB 1.2M in October 2026 instead of the usual RUB 2.9M,"
        " since August 2026."
    )


def test_every_text_has_a_russian_translation() -> None:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    options = {"**/templates/**.html": {"newstyle_gettext": "true"}}
    folders = [str(Path(part.__file__).parent) for part in (web, wording)]
    texts = {found[2] for folder in folders for found in extract_from_dir(folder, methods, options)}
    with (LOCALES / "ru.po").open("rb") as file:
        catalogue = read_po(file, locale="ru")

    assert len(texts) > 100
    for text in texts:
        key = text if isinstance(text, str) else text[0]
        message = catalogue.get(key)
        assert message is not None, key
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), key
        assert len(forms) == (1 if isinstance(text, str) else 3), key
        assert not list(message.check(catalogue)), key
    assert {m.id[0] if isinstance(m.id, tuple) else m.id for m in catalogue if m.id} == {
        text if isinstance(text, str) else text[0] for text in texts
    }


@pytest.mark.parametrize(
    ("table", "said", "message"),
    [
        ("costs", {"kind": "Кофе"}, "«kind»: такого слова мы здесь не знаем."),
        ("returns", {"amount": -5}, "«amount»: значение меньше нуля."),
        ("contracts", {"payment_days": -1}, "«payment_days»: значение меньше нуля."),
        ("contracts", {"currency": None}, "«currency»: нет значения."),
        ("contracts", {"ends_on": "2026-01-01"}, "«ends_on»: раньше начала."),
        ("contracts", {"rebate_steps": "2%"},
         "«rebate_steps»: нужны ступени вида 3 000 000: 2%; 5 000 000: 3%."),
        ("contracts", {"rebate_steps": "5: 2%; 5: 3%"},
         "«rebate_steps»: две ступени от одной и той же суммы."),
        ("contracts", {"rebate_steps": "5: 2%; 6: 1%"},
         "«rebate_steps»: каждая ступень должна давать больше предыдущей."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_said_in_words_for_people(
    table: str, said: dict[str, object], message: str
) -> None:
    about = columns.table_named(table)
    day = "2026-02-02"
    whole = {"amount": 5, "currency": "RUB", "kind": "cogs", "number": "7", "returned_on": day,
             "spent_on": day, "starts_on": day}  # fmt: skip
    fields = {name: value for name, value in whole.items() if name in columns.given_fields(about)}
    row = {"external_id": "1", "client": {"name": "Ромашка"}, **fields, **said}
    with pytest.raises(BadRecord) as error:
        columns.given(about, row)
    assert troubles.set_aside(RU, str(error.value)) == message
