"""Jobs over HTTP: listed, called off, done once more."""

from kam_sync.jobs.queue import defer_measure, defer_sync
from tests.web.world import World


def test_jobs_are_listed_newest_first_and_by_source(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        defer_sync(session, source_id)
        defer_measure(session)
    items = client.get("/api/v1/jobs").json()["items"]
    assert [(item["task"], item["source"]) for item in items] == [
        ("measure", None), ("sync_source", "sales"),
    ]  # fmt: skip
    (item,) = client.get("/api/v1/jobs?source=sales&status=todo").json()["items"]
    assert (item["attempt"], item["is_stopping"], item["started_at"]) == (0, False, None)
    first = client.get("/api/v1/jobs?limit=1").json()
    rest = client.get("/api/v1/jobs", params={"cursor": first["next_cursor"]}).json()
    assert [item["task"] for item in first["items"] + rest["items"]] == ["measure", "sync_source"]


def test_a_waiting_job_is_called_off_once_and_may_be_done_again(client, world: World) -> None:
    with world.services.database.transaction() as session:
        defer_measure(session)
    (job,) = client.get("/api/v1/jobs").json()["items"]
    path = f"/api/v1/jobs/{job['id']}"
    waits = client.post(f"{path}/retry")
    assert waits.status_code == 400
    assert "has not ended yet" in waits.json()["detail"]
    assert client.post(f"{path}/cancel").json()["status"] == "cancelled"
    ended = client.post(f"{path}/cancel")
    assert ended.status_code == 400
    assert "has ended already" in ended.json()["detail"]
    again = client.post(f"{path}/retry")
    assert (again.status_code, again.json()["status"]) == (202, "todo")
    assert client.post(f"{path}/retry").status_code == 409
    assert client.post("/api/v1/jobs/99/cancel").status_code == 404
