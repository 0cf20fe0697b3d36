"""The calls of the walk, in an order in which each of them is taken."""

from typing import Any

from kam_sync import flow, subscribing
from kam_sync.accounts.match import own_account
from kam_sync.intake.store import SourceStore
from tests.connectors.test_profiled_files import DEALS
from tests.web.tour.asking import Walk
from tests.web.tour.ground import FILES, Ground

API = "/api/v1"
_SEEN = "seen"
_UNTIL = {"until": "2026-12-31T09:00:00Z", "note": "Платят после отпуска"}
_HOOK = "leads[update][0][id]=5001001&account[id]=30000001"
_CHAT = "tgram://123456789:an-invented-token/-1001234567"


def walk_over(walk: Walk, ground: Ground) -> None:
    """Ask everything."""
    for part in (
        _connect, _read, _facts, _accounts, _people, _channels, _alerts, _rules, _work, _writes,
        _targets, _files, _ledger, _held, _privacy, _let_go,
        _access,
    ):  # fmt: skip
        part(walk, ground)


def _account(external_id: str, source_id: int = 1) -> str:
    return str(own_account(source_id, external_id))


def _connect(walk: Walk, ground: Ground) -> None:
    box, services = ground.box, ground.world.services
    new = {"name": "shop", "kind": "amocrm", "base_url": box.url, "token": box.token}
    walk.ask(f"post {API}/sources", new)
    with services.database.transaction() as session:
        shop = next(one.id for one in SourceStore(session).all() if one.name == "shop")
    flow.sync(services, shop)
    flow.measure(services)
    walk.ask(f"patch {API}/sources/{{source}}", {"state": "paused"}, source="shop")
    walk.ask(f"patch {API}/sources/{{source}}", {"state": "active"}, source="shop")
    walk.ask(f"post {API}/sources/{{source}}/sync", source="shop")
    key = subscribing.hook_key(services, "shop")
    walk.client.post(f"/hooks/{key}", content=_HOOK)
    hooks = walk.ask(f"get {API}/sources/{{source}}/hooks", source="shop")["items"]
    hook_id = int(hooks[0]["id"])
    walk.ask(f"get {API}/hooks/{{hook_id}}", hook_id=hook_id)
    walk.ask(f"post {API}/hooks/{{hook_id}}/replay", hook_id=hook_id)
    walk.ask(f"get {API}/sources/{{source}}/webhooks", source="shop")
    walk.ask(f"put {API}/sources/{{source}}/webhooks", {"is_wanted": True}, source="shop")
    walk.ask(f"post {API}/sources/{{source}}/webhooks/rotate", source="shop")
    walk.ask(f"get {API}/sources/{{source}}/fields", source="shop")
    first = walk.ask(f"get {API}/sources/{{source}}/fields", source="shop")["targets"][0]
    chosen = {first["target"]: first["field"]}
    walk.ask(f"patch {API}/sources/{{source}}/fields", chosen, source="shop")
    for what in ("", "/set-aside"):
        walk.ask(f"get {API}/sources/{{source}}{what}", source="sales")


def _read(walk: Walk, _: Ground) -> None:
    """Every list that takes no id."""
    for name in (
        "users", "groups", "pipelines", "loss-reasons", "products", "fields", "contacts", "deals",
        "tasks", "customers", "purchases", "invoices", "activities",
    ):  # fmt: skip
        asked = {"updated_since": "2026-11-01T00:00:00Z"} if name == "deals" else {}
        walk.ask(f"get {API}/{name}", source="shop", **asked)
    for name in ("sources", "runs", "incidents", "kpis", "portfolio", "portfolio/accounts"):
        walk.ask(f"get {API}/{name}", limit=2)
    for name in ("/healthz", "/readyz", "/metrics"):
        walk.ask(f"get {name}")


def _facts(walk: Walk, _: Ground) -> None:
    row = {
        "external_id": "pay-1001", "paid_on": "2026-11-20", "amount": "1500.50",
        "currency": "RUB", "number": "15",
        "client": {"inn": "7707083893", "kpp": "770701001", "name": "ООО «Ромашка»"},
    }  # fmt: skip
    given = {"table": "payments"}
    for amount in ("1400", "1500.50"):
        rows = {"source": "erp", "rows": [row | {"amount": amount}]}
        walk.ask(f"post {API}/facts/{{table}}", rows, **given)
    walk.ask(f"get {API}/facts/{{table}}", source="erp", **given)
    one = given | {"external_id": "pay-1001", "source": "erp"}
    walk.ask(f"get {API}/facts/{{table}}/{{external_id}}/history", **one)
    account = walk.ask(f"get {API}/facts/{{table}}", **given)["items"][0]["account_id"]
    walk.ask(f"get {API}/accounts/{{account_id}}/corrections", account_id=account)
    walk.ask(f"delete {API}/facts/{{table}}/{{external_id}}", **one)
    walk.ask(f"put {API}/rates", {"currency": "USD", "on": "2026-11-20", "rate": "81.2543"})
    walk.ask(f"get {API}/rates", currency="USD")


def _accounts(walk: Walk, _: Ground) -> None:
    one: dict[str, Any] = {"account_id": _account("1")}
    walk.ask(f"get {API}/accounts", q="Ромашка")
    for part in (
        "", "/contacts", "/deals", "/timeline", "/links", "/moves", "/values", "/kpis", "/plans",
        "/health", "/restatements", "/group",
    ):  # fmt: skip
        walk.ask(f"get {API}/accounts/{{account_id}}{part}", **one)
    kpi = one | {"kpi": "won_revenue"}
    months = {"from_": "2026-06-01", "to": "2026-10-31"}
    walk.ask(f"get {API}/accounts/{{account_id}}/kpis/{{kpi}}", **kpi, **months)
    walk.ask(f"get {API}/accounts/{{account_id}}/kpis/{{kpi}}/rows", **kpi, on="2026-10-01")
    walk.ask(f"get {API}/accounts/{{account_id}}/kpis/{{kpi}}/why", **kpi, **months)
    walk.ask(f"get {API}/restatements", kpi="won_revenue")
    walk.ask(f"put {API}/accounts/{{account_id}}/time-zone", {"zone": "Asia/Omsk"}, **one)
    walk.ask(f"delete {API}/accounts/{{account_id}}/time-zone", **one)
    walk.ask(f"get {API}/survivorship")
    walk.ask(f"put {API}/survivorship", {"name": ["shop", "sales"], "segment": []})
    parent = {"parent": _account("3"), "note": "Одна группа"}
    walk.ask(f"put {API}/accounts/{{account_id}}/parent", parent, **one)
    walk.ask(f"delete {API}/accounts/{{account_id}}/parent", **one)
    _answer_matches(walk)


def _answer_matches(walk: Walk) -> None:
    walk.ask(f"get {API}/matches")
    two = {"accounts": [_account("3"), _account("17", 2)], "note": "Один сайт"}
    decided = walk.ask(f"post {API}/matches/merge", two)
    walk.ask(f"post {API}/matches/decisions/{{decision_id}}/undo", decision_id=int(decided["id"]))
    pair = [
        {"source": "sales", "company_external_id": "2"},
        {"source": "other", "company_external_id": "18"},
    ]
    walk.ask(f"post {API}/matches/apart", {"companies": pair, "note": "Разные ИНН"})
    walk.ask(f"get {API}/matches/decisions")
    split = {"companies": [{"source": "other", "company_external_id": "19"}], "note": "Филиал"}
    walk.ask(f"post {API}/accounts/{{account_id}}/split", split, account_id=_account("1"))
    walk.ask(f"post {API}/matches/anew")
    walk.ask(f"get {API}/matches/anew")


def _people(walk: Walk, _: Ground) -> None:
    people = walk.ask(f"get {API}/people", q="Ким")["items"]
    both = {"people": [one["id"] for one in people][:2], "note": "Тот же человек"}
    one = walk.ask(f"get {API}/people", q="Павлова")["items"][0]["id"]
    walk.ask(f"get {API}/people/{{person_id}}", person_id=one)
    walk.ask(f"get {API}/people/matches")
    decided = walk.ask(f"post {API}/people/matches/merge", both)
    undo = f"post {API}/people/matches/decisions/{{decision_id}}/undo"
    walk.ask(undo, decision_id=int(decided["id"]))
    pair = [
        {"source": "sales", "contact_external_id": "8"},
        {"source": "other", "contact_external_id": "80"},
    ]
    walk.ask(f"post {API}/people/matches/apart", {"contacts": pair, "note": "Однофамильцы"})
    walk.ask(f"get {API}/people/matches/decisions")
    split = {"contacts": [{"source": "other", "contact_external_id": "70"}], "note": "Другая"}
    walk.ask(f"post {API}/people/{{person_id}}/split", split, person_id=one)


def _alerts(walk: Walk, _: Ground) -> None:
    alert = walk.ask(f"get {API}/alerts", state="open")["items"][0]["id"]
    one = {"alert_id": alert}
    walk.ask(f"get {API}/alerts/{{alert_id}}", **one)
    walk.ask(f"get {API}/alerts/{{alert_id}}/why", **one)
    who = {"by": "Анна Смирнова"}
    said = {"note": "Позвонила, ждём заказ"} | who
    for act, body in (
        ("comment", said), ("assign", {"assignee": "Анна Смирнова"} | who), ("acknowledge", said),
        ("wake", said), ("snooze", _UNTIL | who), ("wake", said), ("expect", _UNTIL | who),
        ("wake", said),
    ):  # fmt: skip
        walk.ask(f"post {API}/alerts/{{alert_id}}/{act}", body, **one)
    walk.ask(f"post {API}/alerts/{{alert_id}}/task", **one)
    walk.ask(f"post {API}/alerts/{{alert_id}}/resolve", {"outcome": "true"} | said, **one)
    mail = {"channel": "mail"}
    walk.ask(f"get {API}/channels/{{channel}}/sends", **mail)
    walk.ask(f"post {API}/channels/{{channel}}/retry", {"ids": []}, **mail)


def _rules(walk: Walk, _: Ground) -> None:
    walk.ask(f"get {API}/rules", limit=2)
    one = {"key": "won_revenue"}
    text = walk.ask(f"get {API}/rules/{{key}}", **one)["text"]
    walk.ask(f"put {API}/rules/{{key}}", {"text": text, "by": "Анна Смирнова"}, **one)
    walk.ask(f"post {API}/rules/{{key}}/backtest", {"text": text}, **one)
    walk.ask(f"delete {API}/rules/{{key}}", **one)


def _work(walk: Walk, _: Ground) -> None:
    step = {"source": "shop", "step": "sync"}
    walk.ask(f"put {API}/sources/{{source}}/schedules/{{step}}", {"every": "20m"}, **step)
    walk.ask(f"get {API}/schedules", source="shop")
    walk.ask(f"delete {API}/sources/{{source}}/schedules/{{step}}", **step)
    nightly = {"cron": "30 2 * * *", "zone": "Europe/Moscow", "jitter": "5m"}
    walk.ask(f"put {API}/schedules/{{step}}", nightly, step="measure")
    walk.ask(f"delete {API}/schedules/{{step}}", step="measure")
    job = int(walk.ask(f"get {API}/jobs", status="todo")["items"][0]["id"])
    walk.ask(f"post {API}/jobs/{{job_id}}/cancel", job_id=job)
    walk.ask(f"post {API}/jobs/{{job_id}}/retry", job_id=job)


def _writes(walk: Walk, _: Ground) -> None:
    task = {
        "key": "renewal-2026-1", "kind": "task", "text": "Позвонить о продлении",
        "about": {"noun": "company", "external_id": "1"}, "due_on": "2026-12-01",
    }  # fmt: skip
    made = walk.ask(f"post {API}/sources/{{source}}/writes", [task], source="sales")["items"][0]
    walk.ask(f"get {API}/sources/{{source}}/writes", source="sales")
    one = {"source": "sales", "write_id": made["id"]}
    walk.ask(f"get {API}/sources/{{source}}/writes/{{write_id}}", **one)


def _targets(walk: Walk, ground: Ground) -> None:
    one = {"target": "bridge"}
    new = {"name": "bridge", "url": ground.ear.url, "events": ["deal.*", "alert.*"]}
    walk.ask(f"post {API}/targets", new)
    walk.ask(f"post {API}/targets/{{target}}/test", **one)
    walk.ask(f"get {API}/targets")
    walk.ask(f"get {API}/targets/{{target}}", **one)
    sent = walk.ask(f"get {API}/targets/{{target}}/deliveries", **one)["items"]
    ids = {"ids": [each["message_id"] for each in sent][:1]}
    walk.ask(f"post {API}/targets/{{target}}/replay", ids, **one)
    walk.ask(f"patch {API}/targets/{{target}}", {"events": ["alert.opened"]}, **one)
    for act in ("pause", "resume", "rotate"):
        walk.ask(f"post {API}/targets/{{target}}/{act}", **one)


def _channels(walk: Walk, ground: Ground) -> None:
    walk.ask(f"post {API}/channels", {"name": "olga", "url": _CHAT, "locale": "ru"})
    walk.client.post(f"{API}/channels", json={"name": "mail", "url": ground.mail.url})
    one = {"channel": "mail"}
    walk.ask(f"get {API}/channels")
    walk.ask(f"get {API}/channels/{{channel}}", channel="olga")
    walk.ask(f"patch {API}/channels/{{channel}}", {"zone": "Asia/Omsk"}, **one)
    walk.ask(f"post {API}/channels/{{channel}}/test", **one)
    route = {"owner": "", "kpi": "won_revenue", "severity": "normal", "events": ["opened"]}
    made = walk.ask(f"post {API}/channels/{{channel}}/routes", route, **one)
    route_id = int(made["routes"][0]["id"]) if "routes" in made else int(made["id"])
    walk.ask(f"delete {API}/channels/{{channel}}/routes/{{route}}", route=route_id, **one)
    walk.ask(f"post {API}/channels/{{channel}}/routes", {}, **one)


def _files(walk: Walk, _: Ground) -> None:
    one = {"source": FILES, "file_name": "deals.csv"}
    walk.ask(f"put {API}/sources/{{source}}/files/{{file_name}}", DEALS.encode(), **one)
    walk.ask(f"get {API}/sources/{{source}}/files", source=FILES)
    walk.ask(f"delete {API}/sources/{{source}}/files/{{file_name}}", **one)


def _ledger(walk: Walk, _: Ground) -> None:
    walk.ask(f"get {API}/sources/{{source}}/ledger", source="sales")
    deal = {"source": "sales", "noun": "deal"}
    walk.ask(f"get {API}/sources/{{source}}/ledger/{{noun}}", **deal)
    walk.ask(f"get {API}/sources/{{source}}/ledger/{{noun}}/accounts", **deal)
    for act in ("check", "repair"):
        walk.ask(f"post {API}/sources/{{source}}/ledger/{act}", **deal)


def _held(walk: Walk, _: Ground) -> None:
    found = walk.ask(f"get {API}/sources/{{source}}/held", source="sales")["items"]
    for one, act in zip(found, ("approve", "reject"), strict=False):
        told = {"source": "sales", "held_id": int(one["id"]), _SEEN: one["token"]}
        walk.ask(f"post {API}/sources/{{source}}/held/{{held_id}}/{act}", **told)


def _privacy(walk: Walk, _: Ground) -> None:
    for what in ("inventory", "retention"):
        walk.ask(f"get {API}/privacy/{what}")
    walk.ask(f"put {API}/privacy/retention/{{kind}}", {"days": 365}, kind="texts")
    walk.ask(f"delete {API}/privacy/retention/{{kind}}", kind="texts")
    wish = {"who": "kim@romashka.example"}
    found = walk.ask(f"post {API}/privacy/people/find", wish)["people"]
    one = {"person_id": found[0]["id"]}
    walk.ask(f"get {API}/privacy/people/{{person_id}}", **one)
    why = {"reason": "request of the person of 2026-11-28"}
    walk.ask(f"post {API}/privacy/people/{{person_id}}/erase", why, **one)
    gone = walk.ask(f"get {API}/privacy/erasures")[0]["id"]
    again = {"reason": "a new contract"}
    walk.ask(f"post {API}/privacy/erasures/{{erasure_id}}/allow", again, erasure_id=gone)
    walk.ask(f"get {API}/privacy/events")


def _let_go(walk: Walk, _: Ground) -> None:
    walk.ask(f"delete {API}/targets/{{target}}", target="bridge")
    walk.ask(f"delete {API}/channels/{{channel}}", channel="olga")
    walk.ask(f"delete {API}/sources/{{source}}", source="shop")
    walk.ask(f"get {API}/portfolio/lost")


def _access(walk: Walk, _: Ground) -> None:
    """The last part: with the first member nobody is let in any more without a key."""
    key = walk.ask(f"post {API}/keys", {"name": "bi", "role": "admin", "expires": "90d"})
    walk.client.headers["Authorization"] = f"Bearer {key['key']}"
    admin = {"email": "anna@example.com", "name": "Анна Смирнова", "role": "admin"}
    member = walk.ask(f"post {API}/members", admin)
    walk.ask(f"patch {API}/members/{{member_id}}", {"name": "Анна"}, member_id=member["id"])
    walk.ask(f"get {API}/members")
    walk.ask(f"get {API}/keys")
    walk.ask(f"delete {API}/keys/{{key_id}}", key_id=key["id"])
