"""What is read from amoCRM's webhooks: ids to ask for, and what was not understood."""

import sys

import orjson
import pytest

from connectors.amocrm.hooks import read_hook
from connectors.kit.contract import Hint, Hook
from connectors.kit.records import Noun
from connectors.sandbox.amocrm.hooks.form import encode

_FORM = {"content-type": "application/x-www-form-urlencoded"}


def read(body: str | bytes) -> Hook:
    return read_hook(_FORM, body.encode() if isinstance(body, str) else body, "1002")


def named(body: str | bytes) -> list[tuple[Noun, str]]:
    return [(hint.noun, hint.external_id) for hint in read(body).hints]


@pytest.mark.parametrize("action", ["add", "update", "delete", "restore", "status", "responsible"])
@pytest.mark.parametrize(
    ("item", "noun"),
    [
        ("leads[{}][0][id]=7", Noun.DEAL),
        ("contacts[{}][0][type]=contact&contacts[{}][0][id]=7", Noun.CONTACT),
        ("contacts[{}][0][id]=7&contacts[{}][0][type]=company", Noun.COMPANY),
        ("companies[{}][0][id]=7", Noun.COMPANY),
        ("customers[{}][0][id]=7", Noun.CUSTOMER),
        ("task[{}][0][id]=7", Noun.TASK),
        ("catalogs[{}][0][id]=7&catalogs[{}][0][catalog_id]=1001", Noun.PRODUCT),
        ("catalogs[{}][0][id]=7&catalogs[{}][0][catalog_id]=1002", Noun.INVOICE),
    ],
)
def test_whatever_happened_to_a_record_it_is_named(item: str, noun: Noun, action: str) -> None:
    hook = read(item.replace("{}", action))
    assert hook == Hook(account=None, hints=(Hint(noun, "7"),))


def test_contacts_and_companies_are_told_apart_by_their_type_alone() -> None:
    """Trap 22: companies come under `contacts`, and without a type it may be either."""
    both = "contacts[update][0][id]=1&contacts[update][0][type]=company&contacts[update][1][id]=2"
    assert named(both + "&contacts[update][1][type]=contact") == [
        (Noun.COMPANY, "1"), (Noun.CONTACT, "2"),
    ]  # fmt: skip
    assert named("contacts[delete][0][id]=3") == [(Noun.CONTACT, "3"), (Noun.COMPANY, "3")]


@pytest.mark.parametrize(
    ("item", "id_"),
    [
        ("leads[note][0][note][id]=91", "leads/91"),
        ("contacts[note][0][note][id]=91&contacts[note][0][type]=contact", "contacts/91"),
        ("contacts[note][0][note][id]=91&contacts[note][0][type]=company", "companies/91"),
        ("contacts[note][0][note][id]=91&contacts[note][0][note][element_type]=3", "companies/91"),
        ("customers[note][0][note][id]=91&customers[note][0][note][element_type]=12",
         "customers/91"),
    ],
)  # fmt: skip
def test_a_note_is_named_under_whom_it_is_about(item: str, id_: str) -> None:
    assert named(item) == [(Noun.NOTE, id_)]


@pytest.mark.parametrize(
    "body",
    [
        "task[update][0][0][id]=5&task[update][0][1][id]=6",
        "task[update][7][id]=6&task[update][2][id]=5",
        "task[update][0][id]=5&task[update][0][id]=6",
        "task[update][0][id]=5&task[delete][0][id]=6",
        "tasks[update][][id]=5&tasks[update][][id]=6",
    ],
)
def test_tasks_nested_once_more_and_lists_with_gaps_are_read(body: str) -> None:
    """Trap 23."""
    assert set(named(body)) == {(Noun.TASK, "5"), (Noun.TASK, "6")}


def test_json_is_read_like_a_form() -> None:
    tree = {
        "account": {"id": 30000001, "subdomain": "demo"},
        "leads": {"add": [{"id": 5}], "update": {"3": {"id": "6"}, "1": {"id": 5}}},
        "contacts": {"add": [[{"id": 8, "type": "company"}]]},
    }
    by_json = read_hook({"content-type": "application/json"}, orjson.dumps(tree), None)
    assert by_json == read(encode(tree))
    assert by_json.account == "30000001"
    assert {hint.external_id for hint in by_json.hints} == {"5", "6", "8"}


def test_what_became_of_an_unsorted_lead_names_the_lead_and_its_people() -> None:
    accepted = (
        "unsorted[delete][0][action]=accept&unsorted[delete][0][accept_result][leads][]=5"
        "&unsorted[delete][0][accept_result][contacts][]=6&unsorted[delete][1][uid]=a"
        "&unsorted[delete][1][decline_result][leads][]=7&unsorted[add][0][uid]=b"
    )
    assert read(accepted).unknown == ()
    assert named(accepted) == [(Noun.DEAL, "5"), (Noun.CONTACT, "6"), (Noun.DEAL, "7")]


@pytest.mark.parametrize("root", ["message[add]", "talk[update]"])
def test_chats_are_understood_and_name_nothing_that_is_pulled(root: str) -> None:
    assert read(f"{root}[0][id]=c0ffee&{root}[0][element_id]=5") == Hook(account=None)


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ("leads[update][0][id]=5&widgets[add][0][id]=6", ("widgets[add]",)),
        ("leads[update][0][id]=5&leads[add][0][name]=A", ("leads[add]",)),
        ("leads[update][0][id]=5&leads[add][0][id]=0", ("leads[add]",)),
        ("leads[update][0][id]=5&leads[add][0][id]=../account", ("leads[add]",)),
        ("leads[update][0][id]=5&leads[add]=6", ("leads[add]",)),
        ("leads[update][0][id]=5&event=ping", ("event",)),
        ("leads[update][0][id]=5&task[note][0][note][id]=6", ("task[note]",)),
    ],
)
def test_what_is_not_understood_is_told_and_costs_nothing_else(
    body: str, unknown: tuple[str, ...]
) -> None:
    assert read(body) == Hook(account=None, hints=(Hint(Noun.DEAL, "5"),), unknown=unknown)


def test_no_more_is_told_of_nonsense_than_a_person_can_read() -> None:
    told = read("&".join(f"{'x' * 90}{number}=1" for number in range(1_000))).unknown
    assert [len(name) for name in told] == [60]
    assert len(read("&".join(f"x{number}=1" for number in range(1_000))).unknown) == 20


def body_of(leads: int) -> bytes:
    """What is posted about so many deals, with 160 keys each."""
    field = {"id": 9001, "name": "Поле", "values": [{"value": "да", "enum": 17}]}
    rows = [{"id": 5_000 + n, "custom_fields": [field] * 40} for n in range(leads)]
    return encode({"leads": {"update": rows}})


def calls_to_read(body: bytes) -> int:
    """How many functions are called until a body is read, ours and those of libraries."""
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(body)
    finally:
        sys.setprofile(before)
    return calls


def test_a_body_of_twice_as_many_keys_is_twice_the_work() -> None:
    """Trap 24: and nobody has to read before answering, for reading is pure, and repeatable."""
    one, two = body_of(100), body_of(200)
    assert len(read(two).hints) == 200
    assert read(two) == read(two)
    assert calls_to_read(two) < 2.1 * calls_to_read(one)
