"""Sources, runs and syncs over HTTP."""

from kam_sync.connecting import set_paused
from kam_sync.intake.model import RunState
from kam_sync.intake.store import SourceStore
from kam_sync.web.app import create_app
from tests.web.world import TOKEN, World


def test_a_source_shows_its_last_runs_and_what_was_set_aside(client, world: World) -> None:
    source_id = world.add_source()
    world.add_run(source_id, RunState.FAILED, "no rights on deals")
    world.add_run(source_id)
    world.set_aside(source_id, 3)

    source = client.get("/api/v1/sources/sales").json()

    assert (source["id"], source["kind"], source["state"]) == (str(source_id), "amocrm", "active")
    (run,) = source["last_runs"]
    assert (run["noun"], run["state"], run["counts"]["read"]) == ("deal", "done", 1234)
    assert run["counts"]["seconds"] == 1.5
    (noun,) = source["nouns"]
    assert (noun["noun"], noun["state"], noun["counts"]["read"]) == ("deal", "done", 1234)
    assert noun["last_good_at"] == noun["began_at"]
    assert noun["lag_seconds"] >= 0
    assert source["set_aside"] == {"deal": 3}
    by_id = client.get(f"/api/v1/sources/{source_id}").json()
    by_id["nouns"][0]["lag_seconds"] = noun["lag_seconds"]  # a second may have passed
    assert source == by_id


def test_the_metrics_tell_how_old_what_we_have_of_a_source_may_be(client, world: World) -> None:
    world.add_run(world.add_source())
    metrics = client.get("/metrics").text
    assert 'kam_sync_source_last_success_timestamp_seconds{noun="deal",source="sales"} ' in metrics
    assert 'kam_sync_source_lag_seconds{source="sales"} ' in metrics
    assert 'kam_sync_source_loaded{noun="deal",source="sales"} 0.0' in metrics
    assert 'kam_sync_source_failing{noun="deal",source="sales"} 0.0' in metrics
    assert 'kam_sync_jobs{status="todo"} 0.0' in metrics
    assert "kam_sync_workers 0.0" in metrics
    assert 'kam_sync_source_state{source="sales",state="active"} 1.0' in metrics
    assert 'kam_sync_source_state{source="sales",state="paused"} 0.0' in metrics


def test_no_answer_holds_a_token(client, world: World) -> None:
    source_id = world.add_source()
    world.add_run(source_id)
    with world.services.database.transaction() as session:
        sealed = SourceStore(session).access(source_id).sealed_token

    for path in ("/sources", "/api/v1/sources", "/api/v1/sources/sales", "/api/v1/runs", "/"):
        text = client.get(path).text
        assert TOKEN not in text
        assert sealed not in text
        assert "sealed" not in text


def test_runs_come_newest_first_and_by_source(client, world: World) -> None:
    for name in ("east", "west", "east2"):
        world.add_run(world.add_source(name))

    runs = client.get("/api/v1/runs").json()["items"]
    of_west = client.get("/api/v1/runs?source=west").json()["items"]

    assert [run["source"] for run in runs] == ["east2", "west", "east"]
    assert [run["source"] for run in of_west] == ["west"]


def test_a_sync_is_deferred(client, world: World) -> None:
    source_id = world.add_source()

    answer = client.post("/api/v1/sources/sales/sync")

    assert (answer.status_code, world.deferred) == (202, [source_id])
    assert answer.json() == {"source": "sales", "state": "queued"}


def test_a_paused_source_is_not_synced(client, world: World) -> None:
    world.add_source()
    set_paused(world.services, "sales", paused=True)

    answer = client.post("/api/v1/sources/sales/sync")

    assert (answer.status_code, world.deferred) == (409, [])
    assert "kam-sync source resume sales" in answer.json()["detail"]


def test_a_process_without_a_queue_says_so(client, world: World) -> None:
    world.add_source()
    alone = type(client)(create_app(world.services))

    answer = alone.post("/api/v1/sources/sales/sync")

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_site_cannot_make_a_browser_start_a_sync(client, world: World) -> None:
    world.add_source()

    answer = client.post("/api/v1/sources/sales/sync", headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, world.deferred) == (403, [])
