"""A whole demo, with all that can go wrong, gives away none of the secrets that it was given."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from io import StringIO
from pathlib import Path

import httpx
import orjson
import pytest

from connectors.sandbox.amocrm import AmoSandbox, OAuthApp
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync.base.db import Database
from kam_sync.base.db.sealed import sealed_texts
from kam_sync.base.secrets import Cipher
from kam_sync.resealing import SEALED
from kam_sync.web.pages.exporting.registry import EXPORTS
from kam_sync.wiring import Services
from pictures.served import served
from pictures.tour import tour
from tests.commands import Command
from tests.fakes.hunting import Hunt
from tests.fakes.listener import Listener

pytestmark = [pytest.mark.heavy, pytest.mark.slow]

PASSWORD = "Planted-Password-0001"
HOW_IT_GOES = ("well", "500", "400", "401", "200")
"""Answers of the CRMs: good ones, else a status with a body that repeats what they were sent."""
KINDS = {
    "leaks": "amocrm",
    "granted": "amocrm",
    "portal": "bitrix24",
    "base": "1c",
    "plan": "megaplan",
}
SENT = {
    "leaks": ["CRM token"], "granted": ["client secret"], "portal": ["Bitrix24 secret"],
    "base": ["1C password"], "plan": ["Megaplan"],
}  # fmt: skip
"""Which secrets each is sent, and so may repeat."""
ASKING = (
    "source check leaks", "sync granted", "sync portal", "sync base", "sync plan",
    "--verbose sync leaks", "source status", "doctor --json", "notify",
)  # fmt: skip
READING = (
    "source list", "source list --json", "source fields leaks", "doctor", "source set-aside",
    "source held", "source kinds", "source profile leaks",
    "target list", "target list --json", "channel list", "channel list --json", "hooks list --json",
    "hooks status", "jobs list --json", "schedule list --json", "secrets status", "kpis list",
    "ledger list", "writes", "rules list", "portfolio", "kpi", "detect",
)  # fmt: skip
"""What only shows what is kept: after good answers, and after all that went wrong."""


@pytest.fixture
def hunt() -> Hunt:
    return Hunt()


@pytest.fixture
def boxes(hunt: Hunt) -> Iterator[dict[str, Sandbox]]:
    """CRMs whose secrets are like no other text."""
    world = MadeUpWorld(size=3, deals=4, contacts=2, today=date(2026, 11, 1))
    app = OAuthApp(client_secret=hunt.plant("client secret", "PlantedClientSecret0001"))
    amo = hunt.plant("CRM token", "PlantedAmoToken0001/+xyz")
    hook = hunt.plant("Bitrix24 secret", "plantedbitrixsecret0001")
    base = hunt.plant("1C password", "Planted1CPass0001")
    other = MadeUpWorld(seed=7, size=2, today=date(2026, 11, 1))
    opened = {
        "leaks": AmoSandbox(world, rate=0, token=amo),
        "granted": AmoSandbox(other, rate=0, oauth=app),
        "portal": BitrixSandbox(world, rate=0, token=f"1/{hook}"),
        "base": OneCSandbox(world, token=f"reader:{base}"),
        "plan": MegaplanSandbox(world, rate=0, token=hunt.plant("Megaplan", "PlantedMegaplan0001")),
    }  # fmt: skip
    with ExitStack() as stack:
        yield {name: stack.enter_context(box) for name, box in opened.items()}


@pytest.fixture
def key(database: Database, hunt: Hunt, kam_sync: Command, monkeypatch: pytest.MonkeyPatch) -> str:
    """The secret key; a service that is started from now on gets it and a password."""
    key = hunt.plant("secret key", "PlantedSecretKey-0001-long-enough")
    word = hunt.plant("database password", "PlantedDbPassword0001")
    url = database.url.set(drivername="postgresql", password=word)
    settings = {
        "DATABASE_URL": url.render_as_string(hide_password=False), "SECRET_KEY": key,
        "ALLOWED_TARGETS": "127.0.0.1", "LOG_FORMAT": "json",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"KAM_SYNC_{name}", value)
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))  # of the user who is let in
    return key


def test_nothing_gives_a_secret_away(
    kam_sync: Command,
    services: Services,
    boxes: dict[str, Sandbox],
    hunt: Hunt,
    key: str,
    tmp_path: Path,
) -> None:
    def run(*words: str) -> None:
        said = kam_sync(*words)
        hunt.look(f"`{' '.join(words[:3])}`", said.out + said.err)

    with served(tmp_path, "demo", "--size", "6", "--seed", "3") as address, Listener() as ear:
        connect(run, boxes)
        announce(kam_sync, run, ear, hunt)
        plant_sealed(services, key, hunt)
        for how in HOW_IT_GOES:
            provoke(boxes, how, hunt)
            is_told = how in {HOW_IT_GOES[0], HOW_IT_GOES[-1]}
            for words in (*ASKING, *(READING if is_told else ())):
                run(*words.split())
            look_at_pages(address, hunt)
        use_wrongly(run, boxes, hunt)
        look_at_pages(address, hunt, log_in(kam_sync, address, hunt))
        hunt.look_at_tables(services)
    hunt.look("the log of the service", (tmp_path / "kam-sync.log").read_text())
    assert hunt.found == {}
    assert hunt.looked > 1_000_000


Run = Callable[..., None]


def connect(run: Run, boxes: dict[str, Sandbox]) -> None:
    for name, kind in KINDS.items():
        box = boxes[name]
        opened = ("--token", box.token)  # type: ignore[attr-defined] - each of these has one
        if name == "granted":
            app = box.oauth.app  # type: ignore[attr-defined] - an amoCRM
            opened = (
                *("--client-id", app.client_id, "--client-secret", app.client_secret),
                *("--redirect-uri", app.redirect_uri, "--code", box.oauth.code()),  # type: ignore[attr-defined]
            )
        run("source", "add", name, "--kind", kind, "--base-url", box.url, *opened)
        run("hooks", "url", name)  # makes a key, before it is looked for


def announce(kam_sync: Command, run: Run, ear: Listener, hunt: Hunt) -> None:
    """A target that refuses, and a messenger that cannot be reached."""
    ear.statuses = [500] * 1000
    told = kam_sync("target", "add", "bridge", "--url", ear.url)
    assert told.code == 0, told.err
    hunt.plant("target secret", told.out.strip())
    token = hunt.plant("messenger token", "PlantedTelegram0001_abcdefghijklmno")
    run("channel", "add", "chat", "--url", f"tgram://123456789:{token}/-1001234567")
    for words in ("target test bridge", "channel test chat"):
        run(*words.split())


def plant_sealed(services: Services, key: str, hunt: Hunt) -> None:
    """All that is sealed by now: grants, keys of webhooks, addresses."""
    cipher = Cipher([key])
    with services.database.transaction() as session:
        for of in SEALED:
            for at, sealed in enumerate(sealed_texts(session, of)):
                if (secret := cipher.unlock(sealed)) and not secret.startswith("{"):
                    hunt.plant(f"{of.table} {at}", secret)


def provoke(boxes: dict[str, Sandbox], how: str, hunt: Hunt) -> None:
    for name, box in boxes.items():
        box.faults.clear()
        if how == "well":
            continue
        sent = [hunt.planted[what] for what in SENT.get(name, ())]
        if name == "granted":
            sent += [said for what, said in hunt.planted.items() if "grant" in what]
        said = ", ".join(sent)
        fields = ("title", "detail", "error", "error_description", "message", "hint")
        body = orjson.dumps({**dict.fromkeys(fields, said), "errors": [{"message": said}]})
        if how == "200":
            body = f"<html>{said}".encode()
        box.faults.append(Fault(times=None, status=int(how), body=body))


def use_wrongly(run: Run, boxes: dict[str, Sandbox], hunt: Hunt) -> None:
    """Secrets where they do not belong."""
    for secret in list(hunt.planted.values())[:6]:  # one of each kind
        at = ("--kind", "amocrm", "--base-url")
        run("source", "add", "wrong", *at, f"https://user:{secret}@example.com", "--token", secret)
        run(
            "source",
            "add",
            "wrong",
            *at,
            boxes["leaks"].url,
            "--token",
            secret,
            "--set",
            "per_second=x",
        )
        run("source", "set", "leaks", "--token", secret, "--set", f"no_such_option={secret[::-1]}")
        run("channel", "set", "chat", "--url", f"nosuch://{secret}")
        run("target", "add", "other", "--url", f"https://user:{secret}@example.com/")


def log_in(kam_sync: Command, address: str, hunt: Hunt) -> httpx.Cookies:
    """From the first user on nobody is let in without the cookie of a log-in, or a key."""
    given = ("--role", "admin", "--name", "Ada", "--password", "-")
    assert kam_sync("user", "add", "ada@example.com", *given).code == 0
    hunt.plant("password", PASSWORD)
    made = kam_sync("key", "create", "probe", "--role", "admin", "--json")
    hunt.plant("API key", made.document["key"])
    form = {"email": "ada@example.com", "password": PASSWORD}
    answer = httpx.post(f"{address}/login", data=form, headers={"Origin": address})
    hunt.plant("session", answer.cookies["kam_sync"])
    return answer.cookies


def look_at_pages(address: str, hunt: Hunt, cookies: httpx.Cookies | None = None) -> None:
    ours = {"Origin": address, "Connection": "close"}  # a slow machine finds kept ones closed
    with httpx.Client(base_url=address, timeout=60, cookies=cookies, headers=ours) as client:
        described = client.get("/openapi.json").json()["paths"]
        paths = [path for path, what in described.items() if "{" not in path and "get" in what]
        paths += ["/nothing", *tour(client).values()]
        for name in KINDS:
            at = f"/sources/{name}"
            paths += [at, f"{at}/connected", f"{at}/fields", f"{at}/reauth", f"/api/v1{at}"]
        paths += [f"/export/{table}.csv" for table in EXPORTS]
        keys = [one for what, one in hunt.planted.items() if what.startswith("hook_key")]
        for key in keys:
            client.post(f"/hooks/{key}", content=b"{no json")
        for path in paths:
            answer = client.get(path)
            hunt.look(path, f"{answer.headers} {answer.text}")
        for name in KINDS:
            wrong = {"token": "wrong", "options": {"a": "b"}}
            said = client.patch(f"/api/v1/sources/{name}", json=wrong)
            hunt.look(f"PATCH {name}", said.text)
            hunt.look(f"sync {name}", client.post(f"/api/v1/sources/{name}/sync").text)
