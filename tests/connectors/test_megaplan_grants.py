"""Access to Megaplan for a user name and a password."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from connectors.kit.contract import Credentials
from connectors.kit.errors import NeedsPerson, NeedsReauth, RetryLater
from connectors.kit.hosts import Hosts
from connectors.kit.oauth import OAuthApp
from connectors.kit.records import Noun
from connectors.megaplan import Megaplan
from connectors.megaplan.grants import MegaplanGrants
from connectors.sandbox.faults import Fault
from connectors.sandbox.megaplan import MegaplanSandbox
from tests.connectors.checks import records
from tests.connectors.megaplan_opened import opened

GRANTS = MegaplanGrants(Hosts(("megaplan.ru",), ("127.0.0.1",)))


@pytest.fixture
def box() -> Iterator[MegaplanSandbox]:
    with opened(10) as (box, _):
        yield box


def app(box: MegaplanSandbox) -> OAuthApp:
    return OAuthApp.of_person(box.person.username)


def test_a_password_gives_a_pair_that_opens_the_account_and_is_renewed(
    box: MegaplanSandbox,
) -> None:
    first = GRANTS.exchange(app(box), box.url, box.person.password)
    second = GRANTS.refresh(app(box), first)
    assert first.refresh_token != second.refresh_token
    assert second.ends_at - first.ends_at < timedelta(minutes=5)
    with closing(Megaplan(Credentials(box.url, second.access_token, {"per_second": "0"}))) as crm:
        assert records(crm.pull(Noun.DEAL, None))
        box.tokens.expire()
        with pytest.raises(NeedsReauth):
            list(crm.pull(Noun.DEAL, None))
    assert box.person.password not in repr((first, app(box)))


def test_a_refresh_token_is_good_once(box: MegaplanSandbox) -> None:
    first = GRANTS.exchange(app(box), box.url, box.person.password)
    GRANTS.refresh(app(box), first)
    with pytest.raises(NeedsReauth, match="no longer renews"):
        GRANTS.refresh(app(box), first)


def test_a_wrong_password_needs_a_person_and_shows_nowhere(box: MegaplanSandbox) -> None:
    with pytest.raises(NeedsPerson, match="user name") as caught:
        GRANTS.exchange(app(box), box.url, "hunter2")
    assert "hunter2" not in str(caught.value)


def test_an_answer_without_a_pair_is_for_later(box: MegaplanSandbox) -> None:
    box.faults.append(Fault(status=200, body=b'{"access_token":"abc"}'))
    with pytest.raises(RetryLater, match="no pair") as caught:
        GRANTS.exchange(app(box), box.url, box.person.password)
    assert "abc" not in str(caught.value)


def test_no_browser_comes_back_and_forms_are_taken_too(box: MegaplanSandbox) -> None:
    assert GRANTS.read_return({"code": "x"}).is_refused
    assert GRANTS.read_disconnect(app(box), {}) is None
    form = {"grant_type": "client_credentials"}
    said = httpx.post(f"{box.url}/api/v3/auth/access_token", data=form)
    assert said.json()["error"] == "invalid_grant"
