"""All pages by name: the address of an example of each, found in a running installation."""

from collections.abc import Iterator
from typing import Any

import httpx

ALONE = (
    ("today", "/"),
    ("accounts", "/accounts"),
    ("portfolio", "/portfolio"),
    ("matches", "/matches"),
    ("matches-people", "/matches/people"),
    ("decisions", "/matches/decisions"),
    ("decisions-people", "/matches/people/decisions"),
    ("sources", "/sources"),
    ("connect", "/sources/connect"),
    ("survivorship", "/survivorship"),
    ("timetable", "/timetable"),
    ("rules", "/rules"),
    ("rule", "/rules/won_revenue"),
    ("rule-new", "/rules/new"),
    ("settings", "/settings"),
    ("settings-installation", "/settings/installation"),
    ("settings-health", "/settings/health"),
    ("privacy", "/privacy"),
    ("privacy-log", "/privacy/log"),
    ("settings-people", "/settings/people"),
    ("settings-keys", "/settings/keys"),
    ("me", "/me"),
    ("channels", "/channels"),
    ("targets", "/targets"),
    ("kpis", "/kpis"),
    ("kpi", "/kpis/won_revenue"),
)


def tour(client: httpx.Client) -> dict[str, str]:
    """The path of an example of each page, by the name that its picture has.

    What the installation has no example of (no alert is open, no source reads files) is left out.
    """
    return dict([*ALONE, *_of_alert(client), *_of_account(client), *_of_sources(client)])


def _of_alert(client: httpx.Client) -> Iterator[tuple[str, str]]:
    for alert in _items(client, "/alerts", limit=1):
        yield "alert", f"/alerts/{alert['id']}"
        yield "alert-why", f"/alerts/{alert['id']}/why"


def _of_account(client: httpx.Client) -> Iterator[tuple[str, str]]:
    alerting = [one["account_id"] for one in _items(client, "/alerts", limit=1)]
    known = [one["id"] for one in _items(client, "/accounts", limit=2)]
    if not known:
        return
    one, other = [*alerting, *known][0], known[-1]
    at = f"/accounts/{one}"
    yield "account", at
    yield from ((f"account-{part}", f"{at}/{part}") for part in _PARTS)
    yield "account-why", f"{at}/kpis/won_revenue/why"
    yield "account-rows", f"{at}/kpis/average_won_deal/rows"
    for row in _items(client, f"{at}/kpis/average_won_deal/rows", limit=1):
        yield "record", row["record"]
    yield "account-merge-both", f"{at}/merge/{other}"
    people = [one["id"] for one in _items(client, "/people", limit=2)]
    if people:
        yield "person", f"/people/{people[0]}"
        yield "person-erase", f"/privacy/people/{people[0]}/erase"
        yield "person-merge", f"/people/{people[0]}/merge"
        yield "person-merge-both", f"/people/{people[0]}/merge/{people[-1]}"


_PARTS = (
    "figures", "deals", "people", "money", "invoices", "timeline", "data", "corrections",
    "restatements", "parent", "zone", "merge",
)  # fmt: skip


def _of_sources(client: httpx.Client) -> Iterator[tuple[str, str]]:
    sources = {one["kind"]: one["name"] for one in _items(client, "/sources", limit=50)}
    if not sources:
        return
    name = sources.get("amocrm") or next(iter(sources.values()))
    at = f"/sources/{name}"
    yield "source", at
    parts = ("fields", "timetable", "set-aside", "connected")
    yield from ((f"source-{part}", f"{at}/{part}") for part in parts)
    yield "source-ledger", f"{at}/ledger"
    for check in _items(client, f"{at}/ledger", limit=1):
        yield "source-ledger-check", f"{at}/ledger/{check['noun']}"
    yield from (
        ("source-files", f"/sources/{name}/files")
        for kind, name in sources.items()
        if kind == "tables"
    )


def _items(client: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Some entries of a list of the API."""
    answer = client.get(f"/api/v1{path}", params=asked)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
