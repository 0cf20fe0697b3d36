"""Whatever changes in the sandbox and is told by a webhook is named by what we read from it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Credentials
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.hooks.told import SETTINGS, Style, body, hooks_of
from tests.connectors.conftest import Opened
from tests.fakes.listener import Listener
from tests.fakes.subscribing import subscribe

Named = set[tuple[Noun, str]]
Heard = tuple[AmoSandbox, Callable[[], Named]]
_ALIVE = {
    "leads": Noun.DEAL, "contacts": Noun.CONTACT, "companies": Noun.COMPANY,
    "customers": Noun.CUSTOMER, "tasks": Noun.TASK, "catalogs/1001/elements": Noun.PRODUCT,
    "catalogs/1002/elements": Noun.INVOICE,
}  # fmt: skip
_OWNERS = ("leads", "contacts", "companies", "customers")
_STYLES = (Style(), Style(status_too=False, nested_tasks=True, close_twice=True, bare_values=True))


def reader(box: AmoSandbox) -> AmoCrm:
    """A connector that knows what the account says of itself."""
    with_facts = {"invoices_catalog": "1002", "per_second": "0"}
    return AmoCrm(Credentials(box.url, box.token, with_facts))


@pytest.fixture(params=_STYLES, ids=["plain", "odd"])
def heard(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Heard]:
    """A box, and what the calls name that it has made since, to a subscriber to everything."""
    box, _ = opened()
    crm = reader(box)
    box.webhooks.style, box.webhooks.automatic = request.param, False
    with Listener() as ear:
        subscribe(box, ear.url, *sorted(SETTINGS))

        def come() -> Named:
            box.webhooks.deliver()
            posts, ear.posts = ear.posts, []
            hooks = [crm.read_hook(post.headers, post.body) for post in posts]
            assert {(hook.account, hook.unknown) for hook in hooks} <= {("30000001", ())}
            return {(hint.noun, hint.external_id) for hook in hooks for hint in hook.hints}

        yield box, come
    crm.close()


@pytest.mark.parametrize("noun", _ALIVE)
def test_what_is_added_changed_deleted_and_restored_is_named(heard: Heard, noun: str) -> None:
    box, come = heard
    row = {key: value for key, value in box.row(noun, box.ids(noun)[0]).items() if key != "id"}
    id_ = box.add(noun, row)
    named = {(_ALIVE[noun], str(id_))}
    assert come() == named
    box.change(noun, id_, name="Иначе", responsible_user_id=box.ids("users")[-1])
    assert come() == named
    box.remove(noun, id_)
    assert come() == named
    if noun in {"leads", "contacts", "companies"}:
        box.restore(noun, id_)
        assert come() == named


@pytest.mark.parametrize("noun", _OWNERS)
def test_a_new_note_is_named(heard: Heard, noun: str) -> None:
    box, come = heard
    about = {"entity_id": box.ids(noun)[0], "params": {"text": "Ждут счёт"}}
    id_ = box.add(f"{noun}/notes", about)
    assert come() == {(Noun.NOTE, f"{noun}/{id_}")}


def test_a_stage_and_a_task_that_is_closed_are_named(heard: Heard) -> None:
    box, come = heard
    lead, task = box.ids("leads")[0], box.ids("tasks")[0]
    box.change("leads", lead, status_id=143 if box.row("leads", lead)["status_id"] == 142 else 142)
    box.change("tasks", task, is_completed=True, result={"text": "Готово"})
    assert come() == {(Noun.DEAL, str(lead)), (Noun.TASK, str(task))}


@pytest.mark.parametrize("is_told", [True, False])
def test_a_merge_names_the_survivor_and_the_loser_where_it_is_told(
    heard: Heard, is_told: bool
) -> None:
    box, come = heard
    loser, survivor = box.ids("contacts")[:2]
    box.merge("contacts", loser, survivor, delete_event=is_told)
    named = come()
    assert (Noun.CONTACT, str(survivor)) in named
    assert ((Noun.CONTACT, str(loser)) in named) is is_told


def test_many_things_in_one_body_twice_and_out_of_order_are_all_named(heard: Heard) -> None:
    box, come = heard
    box.webhooks.together = box.webhooks.duplicated = box.webhooks.reordered = True
    ids = {noun: box.ids(noun)[0] for noun in _ALIVE}
    for noun, id_ in ids.items():
        box.change(noun, id_, name="Иначе")
    assert come() == {(_ALIVE[noun], str(id_)) for noun, id_ in ids.items()}
    assert len(box.webhooks.sent) == 1


@pytest.mark.parametrize("style", _STYLES, ids=["plain", "odd"])
def test_every_row_of_the_sandbox_is_named_by_its_hook(opened: Opened, style: Style) -> None:
    box, _ = opened()
    crm = reader(box)
    nouns: dict[str, tuple[Noun, str]] = {path: (noun, "") for path, noun in _ALIVE.items()}
    nouns |= {f"{owner}/notes": (Noun.NOTE, f"{owner}/") for owner in _OWNERS}
    told: list[Any] = []
    for path, (noun, prefix) in nouns.items():
        for id_ in box.ids(path)[:50]:
            change = Change(path, id_, "add", None, box.row(path, id_), 701, 0)
            [hook] = {str(hook): hook for hook in hooks_of(change, box._books, style)}.values()
            told.append((noun, f"{prefix}{id_}", crm.read_hook({}, body([hook])).hints))
    crm.close()
    assert len(told) > 100
    assert [one for one in told if [(h.noun, h.external_id) for h in one[2]] != [one[:2]]] == []
