"""Rules: what is wrong in one is said, changes are kept, and what would have been told is known."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from kam_sync import alerts, flow
from kam_sync.alerts.looking import House
from kam_sync.alerts.store import AlertStore
from kam_sync.base.errors import NotHere
from kam_sync.drift.model import Verdict
from kam_sync.drift.registry import BadRule, parsed, shipped, text_of
from kam_sync.drift.store import DriftStore, RuleStore
from kam_sync.jobs import ruling
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal

OWN = """\
key: big_falls
title: {ru: "Крупные падения", en: "Big falls"}
kpi: won_revenue
sensitivity: keen
at_least: 500
"""
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_what_every_shipped_rule_says_is_read_back() -> None:
    for rule in shipped():
        assert parsed(text_of(rule), rule.key) == rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (OWN.replace("won_revenue", "sales"), "there is no KPI sales"),
        (OWN.replace("keen", "brave"), r"line 4.*sensitivity"),
        (OWN + "above: 5\n", "above and below belong to limit, step and plan"),
        (OWN + "kind: limit\n", "say either above or below"),
        (OWN + "kind: plan\n", "percent of the target"),
        (OWN + "kind: scissors\n", "against and meanwhile"),
        (OWN + "kind: silence\n", "kpi has to be days_since_last_won"),
        (OWN + "kind: missing\n", "kpi has to be one of"),
        (OWN + "grain: quarter\n", "day, week or month"),
        (OWN.replace("won_revenue", "dso") + "grain: week\n", "dso has no value by week"),
        (OWN + "colour: red\n", "colour"),
        (OWN.replace("500", "1e5000"), "at_least"),
        ("key: [", "line 1"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(text: str, message: str) -> None:
    with pytest.raises(BadRule, match=message):
        parsed(text, "rule")


def test_a_rule_is_added_changed_switched_off_and_taken_back(services: Services) -> None:
    ruling.save(services, OWN, by="Anna")
    with services.database.transaction() as session:
        one = RuleStore(session).one("big_falls")
        assert (one.by, one.ours, one.rule and one.rule.at_least) == ("Anna", None, 500)
    ruling.switch(services, "won_revenue", is_on=False, by="Anna")
    with services.database.transaction() as session:
        keys = [rule.key for rule in RuleStore(session).rules()]
    assert "big_falls" in keys
    assert "won_revenue" not in keys
    ruling.reset(services, "won_revenue")
    ruling.reset(services, "big_falls")
    with services.database.transaction() as session:
        assert [one.key for one in RuleStore(session).known() if one.text] == []
    with pytest.raises(NotHere, match="nobody has changed"):
        ruling.reset(services, "won_revenue")


def _months(count: int) -> list[str]:
    return [f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(count)]


def _live(book: Book, amounts: Sequence[int]) -> None:
    book.deals(
        *(
            deal(f"{month}-{n}", opened="2023-12-01", won=f"{month}-{10 + n}", amount=amount // 2)
            for month, amount in zip(_months(len(amounts)), amounts, strict=True)
            for n in range(2)
        )
    )
    flow.kpi(book.services)


def test_a_rule_says_what_it_would_have_told_and_the_fall_of_spring_is_over(
    services: Services,
) -> None:
    steady, fallen = [100_000, 104_000, 97_000, 101_000], [40_000, 42_000, 39_000]
    _live(book := Book(services), [*steady * 6, *steady[:2], *fallen, *steady, *steady[:1]])
    with services.database.transaction() as session:
        rule = RuleStore(session).readable("won_revenue")
    tried = ruling.tried(services, rule)
    account = book.account()
    [fired] = tried.fired
    assert (fired.on, fired.said.since, fired.until) == (
        date(2026, 5, 1), date(2026, 3, 1), date(2026, 8, 1),
    )  # fmt: skip
    assert tried.names == {account: "Ромашка"}

    big = rule.model_copy(update={"at_least": 70_000})
    assert ruling.tried(services, big).fired == []
    other = rule.model_copy(update={"owners": ("Анна",)})
    assert ruling.tried(services, other).fired == []


def test_a_rule_that_is_switched_off_ends_its_alerts(services: Services) -> None:
    _live(Book(services), [*[100_000, 104_000, 97_000, 101_000] * 8, 30_000, 31_000])
    flow.detect(services)
    with services.database.transaction() as session:
        assert "won_revenue" in {key[1] for key in AlertStore(session).open_ones()}
    ruling.switch(services, "won_revenue", is_on=False, by="Anna")
    flow.detect(services)
    with services.database.transaction() as session:
        assert "won_revenue" not in {key[1] for key in AlertStore(session).open_ones()}


def test_an_own_rule_that_is_removed_between_two_steps_ends_its_alerts(services: Services) -> None:
    _live(Book(services), [*[100_000, 104_000, 97_000, 101_000] * 8, 30_000, 31_000])
    ruling.save(services, OWN, by="Anna")
    flow.detect(services)
    ruling.reset(services, "big_falls")
    with services.database.transaction() as session:
        assert "big_falls" in {key[1] for key in AlertStore(session).open_ones()}
        alerts.step.run(session, services.now(), House(services.zone))
        assert "big_falls" not in {key[1] for key in AlertStore(session).open_ones()}


def test_a_look_that_cannot_say_forgets_no_drift(services: Services) -> None:
    _live(book := Book(services), [*[100_000, 104_000, 97_000, 101_000] * 8, 30_000, 31_000])

    def looked() -> tuple[str, date | None]:
        flow.detect(services)
        with services.database.transaction() as session:
            found = DriftStore(session).of_account(book.account())
            return next((one.verdict, one.since) for one in found if one.rule == "won_revenue")

    verdict, since = looked()
    assert verdict is Verdict.DRIFT
    doubt = "INSERT INTO kpi_doubt (source_id, noun, why) VALUES (:source, 'deal', 'loading')"
    with services.database.transaction() as session:
        session.execute(text(doubt), {"source": book.source_id})
    assert looked() == (Verdict.UNCLEAR, since)
    with services.database.transaction() as session:
        session.execute(text("DELETE FROM kpi_doubt"))
    assert looked() == (Verdict.DRIFT, since)


def test_a_key_that_is_taken_is_refused(services: Services) -> None:
    with pytest.raises(BadRule, match="there is such a rule"):
        ruling.add(services, parsed(OWN.replace("big_falls", "won_revenue"), "rule"), by="Anna")


def test_a_rule_that_breaks_keeps_what_it_found_and_stops_no_other(services: Services) -> None:
    _live(book := Book(services), [*[100_000, 104_000, 97_000, 101_000] * 8, 30_000, 31_000])
    ruling.save(services, OWN.replace("won_revenue", "average_won_deal"), by="Anna")
    flow.detect(services)
    with services.database.transaction() as session:  # what no code of ours writes: a value is lost
        session.execute(text("UPDATE series SET known = known[2:] WHERE kpi = 'won_revenue'"))
        session.execute(text("DELETE FROM finding WHERE rule = 'big_falls'"))
    [report, _] = flow.detect(services)
    assert report.counts["failed"] == 1
    with services.database.transaction() as session:
        found = {one.rule: one.verdict for one in DriftStore(session).of_account(book.account())}
        assert "won_revenue" in {key[1] for key in AlertStore(session).open_ones()}
    assert (found["won_revenue"], found["big_falls"]) == (Verdict.DRIFT, Verdict.DRIFT)
