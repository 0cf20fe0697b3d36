"""A Bitrix24 portal behind the house: allowed by a person, renewed, kept by INN, written to."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from connectors import NewNote, NewTask, Noun, OAuthApp, Ref
from connectors.kit.marks import mark
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from kam_sync import connecting, consenting, flow, writing
from kam_sync.base.settings import Locale
from kam_sync.consenting import Wish
from kam_sync.granting import Issued
from kam_sync.intake.grant import ConsentState
from kam_sync.intake.model import NewSource, RunState, Source
from kam_sync.intake.store import SourceStore, WriteStore
from kam_sync.intake.subscription import HooksState
from kam_sync.web.wording import webhooks
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services
from tests.fakes import subscribed
from tests.fakes.browsing import TRUST
from tests.fakes.connecting import ask
from tests.fakes.granting import after
from tests.fakes.portal import portal

FAST = {"per_second": "0"}


@pytest.fixture
def bitrix() -> Iterator[BitrixSandbox]:
    with portal(deals=60) as box:
        yield box


@pytest.fixture
def shop(services: Services, bitrix: BitrixSandbox) -> Source:
    """The portal by its webhook, pulled once."""
    new = NewSource(name="portal", kind="bitrix24", base_url=bitrix.url)
    source, *_ = connecting.add(services, new, bitrix.token, FAST)
    assert flow.sync(services, source.id).state is RunState.DONE
    return source


def renewals(box: BitrixSandbox) -> int:
    """How often tokens were asked for, the first time not counted."""
    return sum(seen.path.startswith("/oauth/token") for seen in box.requests) - 1


@pytest.fixture
def allowed(services: Services, bitrix: BitrixSandbox) -> Source:
    """The portal by an app, just allowed and not yet pulled."""
    given = bitrix.access.app
    app = OAuthApp(given.client_id, given.client_secret, given.redirect_uri)
    grant = services.grants("bitrix24").exchange(app, bitrix.url, bitrix.access.code())
    new = NewSource(name="portal", kind="bitrix24", base_url=bitrix.url)
    return connecting.add(services, new, Issued(app, grant), FAST)[0]


@pytest.mark.heavy
def test_access_of_an_hour_is_renewed_once_an_hour_and_only_when_it_is_used(
    services: Services, bitrix: BitrixSandbox, allowed: Source
) -> None:
    """Bitrix24 calls it abuse to do so before each call, or for all portals by the clock."""
    for minutes in (0, 20, 45):
        flow.sync(after(services, minutes=minutes), allowed.id)
    assert renewals(bitrix) == 0
    for minutes in (20, 55, 120):
        after(services, minutes=minutes).granting.renew_due()
    assert renewals(bitrix) == 0
    assert flow.sync(after(services, minutes=55), allowed.id).state is RunState.DONE
    assert renewals(bitrix) == 1
    after(services, days=8).granting.renew_due()  # or the right to renew it would end
    assert renewals(bitrix) == 2


def test_a_person_allows_an_app_and_its_access_is_renewed(
    services: Services, bitrix: BitrixSandbox
) -> None:
    given = bitrix.access.app
    app = OAuthApp(given.client_id, given.client_secret, given.redirect_uri)
    wish = Wish("portal", "bitrix24", bitrix.url, app, FAST)
    _, link = consenting.begin(services, wish)
    back = httpx.get(link, verify=TRUST).headers["location"]
    digest = consenting.receive(services, "bitrix24", dict(parse_qsl(urlsplit(back).query)))
    assert digest is not None
    assert consenting.settle(services, digest).state is ConsentState.DONE
    with services.database.transaction() as session:
        source_id = SourceStore(session).by_name("portal").id
    assert flow.sync(services, source_id).state is RunState.DONE
    bitrix.access.expire()
    again = flow.sync(services, source_id)
    assert (again.state, again.message) == (RunState.DONE, "")
    assert len(bitrix.access.refresh_tokens) == 1


def test_companies_become_accounts_by_the_inn_of_their_requisites(
    services: Services, bitrix: BitrixSandbox, shop: Source
) -> None:
    found = {inn for (inn,) in ask(services, "SELECT inn FROM account WHERE inn IS NOT NULL")}
    rows = [bitrix.row("requisite", id_) for id_ in bitrix.ids("requisite")]
    assert found == {row["RQ_INN"] for row in rows}


def test_a_lost_answer_makes_no_second_task_and_what_we_wrote_is_known(
    services: Services, bitrix: BitrixSandbox, shop: Source
) -> None:
    about = Ref(Noun.COMPANY, str(bitrix.ids("company")[-1]))
    writes = [
        NewTask("t1", about, "Позвонить", due_on=date(2026, 12, 1)),
        NewNote("n1", about, "Отгрузили"),
    ]
    with services.database.transaction() as session:
        WriteStore(session, shop.id).ask(writes, by="a test", now=services.now())
    bitrix.faults.append(Fault(".*todo.add", lose_answer=True))
    for _ in range(3):
        writing.write(services, shop.id, settle=timedelta(0))
    made = [bitrix.row("activity", id_) for id_ in bitrix.ids("activity")]
    assert sum(mark("t1") in row["SUBJECT"] for row in made) == 1
    said = [bitrix.row("comment", id_) for id_ in bitrix.ids("comment")]
    assert sum(mark("n1") in row["COMMENT"] for row in said) == 1
    flow.sync(services, shop.id)
    ours = ask(services, "SELECT about_external_id FROM task WHERE is_ours")
    assert ours == [(about.external_id,)]


def test_that_a_person_has_to_make_the_webhook_is_told_and_is_no_incident(
    services: Services, shop: Source
) -> None:
    reached = subscribed.at(services)
    assert flow.look_after_hooks(reached, shop.id).state is HooksState.REFUSED
    assert subscribed.incidents(services) == []
    said = webhooks.advice(Language(Locale.EN, services.zone), subscribed.shown(reached, shop))
    assert "kam-sync hooks url portal" in said
    assert "--set hook_token=" in said
