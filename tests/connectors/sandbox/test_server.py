"""What every sandbox has: faults, a log of requests, real connections that end."""

from typing import Any

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault


def test_a_fault_strikes_so_many_times_after_so_many_requests(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(r"/api/v4/leads", after=1, times=2, status=500, body=b"{}"))
    statuses = [get(box, "leads").status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert get(box, "contacts").status_code == 200


def test_a_fault_without_a_number_strikes_until_cleared(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(times=None, status=503, headers=(("Retry-After", "9"),)))
    assert [get(box, "leads").headers["retry-after"] for _ in range(3)] == ["9", "9", "9"]
    assert len(box.faults) == len(list(box.faults)) == 1
    box.faults.clear()
    assert get(box, "leads").status_code == 200


def test_faults_wait_for_each_other(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(status=500))
    box.faults.append(Fault(after=1, status=502))
    assert [get(box, "leads").status_code for _ in range(3)] == [500, 502, 200]


def test_a_body_may_be_cut_off(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(truncate_at=100))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        get(box, "leads")
    assert get(box, "leads").status_code == 200


def test_a_connection_may_be_closed_without_an_answer(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(hang_up=True))
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        get(box, "leads")
    assert box.requests[-1].status == 0
    assert get(box, "leads").status_code == 200


def test_what_was_asked_may_be_done_and_the_answer_lost(box: AmoSandbox, send: Any) -> None:
    before = box.count("leads")
    box.faults.append(Fault(lose_answer=True))
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
        send(box, "POST", "leads", [{"name": "Новая"}])
    assert box.count("leads") == before + 1


def test_a_page_of_html_may_come_instead(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(html=True))
    box.faults.append(Fault(after=1, html=True, status=502))
    one, other = get(box, "leads"), get(box, "leads")
    assert (one.status_code, other.status_code) == (200, 502)
    assert one.headers["content-type"].startswith("text/html")
    assert one.text.startswith("<html>")


def test_an_answer_may_be_late(box: AmoSandbox, get: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(box._server.stopping, "wait", waited.append)
    box.faults.append(Fault(delay=0.2))
    assert get(box, "leads").status_code == 200
    assert waited == [0.2]


def test_the_page_before_may_come_again(box: AmoSandbox, get: Any) -> None:
    box.faults.append(Fault(r"/api/v4/leads", after=1, repeat=True))
    one, again, third = (get(box, f"leads?limit=9&page={page}") for page in (1, 2, 3))
    assert one.content == again.content
    assert third.json()["_page"] == 3


def test_requests_are_logged_with_their_status(box: AmoSandbox, get: Any) -> None:
    get(box, "leads?limit=3")
    get(box, "nothing")
    logged = [(seen.method, seen.path, seen.query, seen.status) for seen in box.requests]
    assert logged == [
        ("GET", "/api/v4/leads", "limit=3", 200),
        ("GET", "/api/v4/nothing", "", 404),
    ]
    assert (box.requests.total, len(box.requests)) == (2, 2)
    box.requests.clear()
    assert box.requests.total == 0


def test_one_connection_carries_many_requests(box: AmoSandbox) -> None:
    headers = {"Authorization": f"Bearer {box.token}"}
    with httpx.Client(headers=headers) as client:
        answers = [client.get(f"{box.url}/api/v4/leads/{id_}") for id_ in (1, 2, 3)]
        ports = {a.extensions["network_stream"].get_extra_info("client_addr") for a in answers}
    assert len(ports) == 1


def test_a_stopped_sandbox_answers_nobody(open_box: Any) -> None:
    box = open_box()
    url = box.url
    with httpx.Client() as client:
        assert client.get(f"{url}/api/v4/leads").status_code == 401
        box.stop()
        with pytest.raises(httpx.TransportError):
            client.get(f"{url}/api/v4/leads")
    with pytest.raises(RuntimeError, match="not running"):
        _ = box.url
