"""One journey through log-in, people and keys in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from kam_sync.web.app import create_app
from tests.web.browsing import browsing, faults
from tests.web.conftest import served
from tests.web.entering import ADMIN, GOOD, add_member
from tests.web.world import World

pytestmark = pytest.mark.browser

_WRONG = frozenset({401, 429})


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


@pytest.mark.heavy
def test_a_person_is_invited_guesses_wrong_logs_in_makes_a_key_and_leaves(world: World) -> None:
    add_member(world.services)
    with served(create_app(world.services)) as at, browsing(expected=_WRONG) as page:
        page.goto(f"{at}/login?lang=en")
        page.goto(f"{at}/settings/people")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        assert faults(page) == []
        log_in(page, ADMIN, "not it at all")
        expect(page.get_by_role("alert")).to_contain_text("wrong")
        log_in(page, ADMIN, GOOD)
        expect(page.get_by_role("heading", name="People")).to_be_visible()  # as was asked for

        page.get_by_label("E-mail address").last.fill("ivan@example.com")
        page.locator("#new-role").select_option("integrator")
        page.get_by_role("button", name="Invite").click()
        link = page.get_by_label(re.compile("The link for ivan@example.com")).input_value()
        assert link.startswith(at)
        assert faults(page) == []

        page.goto(f"{at}/settings/keys")
        page.get_by_label("Name", exact=True).fill("prometheus")
        page.get_by_role("button", name="Make the key").click()
        key = page.get_by_label("The key “prometheus”").input_value()
        assert key.startswith("kam_")
        assert faults(page) == []
        said = page.request.get(f"{at}/metrics", headers={"Authorization": f"Bearer {key}"})
        assert said.status == 403  # a viewer's
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()

        page.goto(link)
        page.get_by_label("New password").fill("seven quiet rivers")
        page.get_by_role("button", name="Save and log in").click()
        expect(page.get_by_role("link", name="Sources").first).to_be_visible()
        page.goto(f"{at}/me")
        assert faults(page) == []
        page.get_by_role("button", name="Log out").first.click()

        for _ in range(5):
            log_in(page, "ivan@example.com", "a guess of mine")
        expect(page.get_by_role("alert")).to_contain_text("Try again in")
        log_in(page, "ivan@example.com", "seven quiet rivers")
        expect(page.get_by_role("alert")).to_contain_text("Try again in")
        assert faults(page) == []
