"""What a CRM sends wrong is named and set aside; everything else is stored."""

import json
from datetime import date
from typing import Any

import pytest

from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect, raw_counts, set_aside, state

HEAVY = pytest.mark.heavy
LEADS = "/api/v4/leads$"


def test_a_refused_token_needs_access_anew_until_the_right_one_is_given(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.token = "the-new-token"
    result = flow.sync(services, source.id)
    assert result.state is RunState.FAILED
    assert "127.0.0.1:" in result.message
    assert ": the token is refused (401)" in result.message
    assert state(services, source) == (SourceState.NEEDS_REAUTH, result.message)
    connecting.change(services, source.name, token="the-new-token")
    assert flow.sync(services, source.id).state is RunState.DONE
    assert state(services, source) == (SourceState.ACTIVE, "")


def test_an_address_where_nobody_listens_is_for_later(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.stop()
    result = flow.sync(services, source.id)
    assert result.state is RunState.LATER
    assert ": cannot connect; is the address right, and is it up?" in result.message
    assert state(services, source) == (SourceState.ACTIVE, "")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(path=LEADS, html=True, times=None), "a web page instead of JSON"),
        pytest.param(
            Fault(path=LEADS, truncate_at=100, times=None), "the answer broke off", marks=HEAVY
        ),
        pytest.param(
            Fault(path=LEADS, status=200, body=b'{"_embedd', times=None), "broken or cut short",
            marks=HEAVY,
        ),
        pytest.param(
            Fault(path=LEADS, status=200, body=b'{"a":1}', times=None), "the answer has no leads",
            marks=HEAVY,
        ),
        (Fault(path=LEADS, status=503, times=None), "the CRM fails (503)"),
    ],
)  # fmt: skip
def test_an_answer_that_is_wrong_for_ever_ends_the_sync_and_keeps_what_came_before(
    services: Services, box: AmoSandbox, source: Source, fault: Fault, said: str
) -> None:
    box.faults.append(fault)
    result = flow.sync(services, source.id)
    assert result.state is RunState.LATER
    assert said in result.message
    assert "/api/" not in result.message
    assert raw_counts(services, source)["contact"] == 12
    assert "deal" not in raw_counts(services, source)
    box.faults.clear()
    assert flow.sync(services, source.id).state is RunState.DONE
    assert raw_counts(services, source)["deal"] == box.count("leads")


def test_a_page_that_repeats_is_for_later(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path=LEADS, after=1, repeat=True, times=None))
    result = flow.sync(services, source.id)
    assert result.state is RunState.LATER
    assert "amocrm deal: page 2 repeats page 1" in result.message


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"status_id": None}, "status_id: an id is needed, got None"),
        *(
            pytest.param(values, reason, marks=HEAVY)
            for values, reason in (
                ({"price": 10**18}, "price: 1000000000000000000 is too large"),
                ({"price": "дорого"}, "price: an amount is needed, got 'дорого'"),
                ({"created_at": 10**15}, "created_at: 1000000000000000 is no time"),
                ({"created_at": "вчера"}, "created_at: Unix seconds are needed, got 'вчера'"),
                ({"pipeline_id": {}}, "pipeline_id: an id is needed, got dict of 0"),
            )
        ),
    ],
)
def test_a_bad_deal_is_set_aside_until_it_is_mended(
    services: Services, box: AmoSandbox, source: Source, values: dict[str, Any], reason: str
) -> None:
    id_ = box.ids("leads")[5]
    good = box.row("leads", id_)
    box.put("leads", good | values)
    result = flow.sync(services, source.id)
    deal = result.nouns[Noun.DEAL]
    assert (result.state, deal.rejected) == (RunState.DONE, 1)
    assert [(s.noun, s.external_id) for s in set_aside(services, source)] == [("deal", str(id_))]
    assert reason in set_aside(services, source)[0].reason
    assert deals(services) == box.count("leads") - 1
    box.change("leads", id_, **{key: good[key] for key in values})
    flow.sync(services, source.id)
    assert set_aside(services, source) == []
    assert deals(services) == box.count("leads")


def test_a_price_beyond_every_number_is_set_aside(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    rows = leads(box)
    rows[0]["price"] = 10**30
    serve(box, rows)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert "price: 1e+30 is too large" in set_aside(services, source)[0].reason
    assert deals(services) == len(rows) - 1


def test_a_deal_without_an_id_is_kept_raw_and_set_aside(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    rows = leads(box)
    del rows[0]["id"]
    serve(box, rows)
    assert flow.sync(services, source.id).state is RunState.DONE
    [listed] = set_aside(services, source)
    assert listed.external_id.startswith("no-id-")
    assert listed.reason == "id: an id is needed, got None"
    assert raw_counts(services, source)["deal"] == len(rows)
    assert deals(services) == len(rows) - 1


@pytest.mark.heavy
def test_a_deal_that_was_given_its_id_is_off_the_list(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    rows = leads(box)
    del rows[0]["id"]
    serve(box, rows)
    flow.sync(services, source.id)
    assert flow.sync(services, source.id, full=True).state is RunState.DONE
    assert deals(services) == len(rows)
    assert set_aside(services, source) == []


def test_a_row_that_is_no_object_is_kept_raw_and_set_aside(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    serve(box, [*leads(box), "a lead", None])
    assert flow.sync(services, source.id).state is RunState.DONE
    assert len(set_aside(services, source)) == 2
    assert deals(services) == box.count("leads")


def test_half_a_character_in_a_name_costs_no_more_than_the_character(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    rows = leads(box)
    rows[0]["name"] = "Заказ \ud800"
    serve(box, rows)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert deals(services) == len(rows)
    assert ask(services, "SELECT external_id FROM deal WHERE name = 'Заказ \ufffd'") == [
        (str(rows[0]["id"]),)
    ]


def test_half_a_character_and_a_price_beyond_every_number_on_one_page_set_one_deal_aside(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    rows = leads(box)
    rows[0]["name"] = "Заказ \ud800"
    rows[1]["price"] = 10**30
    serve(box, rows)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert [s.external_id for s in set_aside(services, source)] == [str(rows[1]["id"])]


def test_a_nul_in_a_name_is_left_out(services: Services, box: AmoSandbox, source: Source) -> None:
    id_ = box.ids("leads")[0]
    box.change("leads", id_, name="За\x00каз")
    assert flow.sync(services, source.id).state is RunState.DONE
    found = ask(services, "SELECT name FROM deal WHERE external_id = :id", id=str(id_))
    assert found == [("Заказ",)]


def test_a_nul_in_a_tax_number_does_not_end_the_sync(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    entity = [{"field_name": "Юр. лицо", "values": [{"value": {"vat_id": "77\x00"}}]}]
    box.change("companies", box.ids("companies")[0], custom_fields_values=entity)
    assert flow.sync(services, source.id).state is RunState.DONE


@pytest.mark.parametrize("sort", [10**12, -(10**12)])
def test_a_pipeline_with_an_absurd_order_is_set_aside(
    services: Services, box: AmoSandbox, source: Source, sort: int
) -> None:
    line = box.row("leads/pipelines", 3300)
    line["_embedded"]["statuses"][0]["sort"] = sort
    box.put("leads/pipelines", line)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert [(s.noun, s.external_id) for s in set_aside(services, source)] == [("pipeline", "3300")]
    assert deals(services) == box.count("leads")


def test_a_stage_that_is_listed_twice_does_not_end_the_sync(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    line = box.row("leads/pipelines", 3300)
    line["_embedded"]["statuses"].append(line["_embedded"]["statuses"][0])
    box.put("leads/pipelines", line)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert deals(services) == box.count("leads")


@pytest.mark.heavy
def test_deals_in_a_currency_that_is_none_wait_for_an_admin_to_name_one(
    services: Services,
) -> None:
    world = MadeUpWorld(size=5, deals=60, contacts=12, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0, currency="XQQ") as strange:
        source = connect(services, strange, "strange")
        result = flow.sync(services, source.id)
        there = strange.count("leads")
        assert (result.state, result.nouns[Noun.DEAL].rejected) == (RunState.DONE, there)
        assert {s.reason for s in set_aside(services, source)} == {
            "currency: 'XQQ' is not an ISO 4217 code"
        }
        assert raw_counts(services, source)["deal"] == there
        connecting.change(services, "strange", options={"currency": "RUB"})
        assert flow.sync(services, source.id).state is RunState.DONE
        assert set_aside(services, source) == []
        assert ask(services, "SELECT currency, count(*) FROM deal GROUP BY 1") == [("RUB", there)]


def leads(box: AmoSandbox) -> list[Any]:
    """All leads as the sandbox shows them; fewer than a page."""
    return [box.row("leads", id_) for id_ in box.ids("leads")]


def serve(box: AmoSandbox, rows: list[Any]) -> None:
    """Answer the next question for leads with these rows, as PHP writes them."""
    body = json.dumps({"_embedded": {"leads": rows}}).encode()
    box.faults.append(Fault(path=LEADS, status=200, body=body))


def deals(services: Services) -> int:
    """How many deals are there in our words."""
    return int(ask(services, "SELECT count(*) FROM deal")[0][0])
