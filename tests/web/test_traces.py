"""Traces reach a collector, tell no secret, and are off where nobody collects them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from kam_sync.base import collector
from kam_sync.base.db import Database
from kam_sync.base.errors import WrongSettings
from tests.fakes.waiting import PATIENCE


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """A collector of OTLP over HTTP, and what it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.heavy
def test_requests_sql_crms_and_jobs_are_told_without_secrets(database: Database, settings) -> None:
    with receiver() as (address, bodies):
        ours = {
            "KAM_SYNC_DATABASE_URL": database.conninfo, "KAM_SYNC_DATA_DIR": str(settings.data_dir),
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "tests.web.traced", address], timeout=PATIENCE, check=False,
            env={**os.environ, **ours}, capture_output=True, text=True,  # noqa: TID251 - handed on
        )  # fmt: skip
    assert done.returncode == 0, done.stderr

    assert not [body for body in bodies if b"secret" in body]
    spans = {span.name: span for span in _spans(bodies)}
    assert {"GET /accounts", "job sync_source"} <= set(spans)
    of = {name: {a.key: a.value for a in span.attributes} for name, span in spans.items()}
    assert of["GET /accounts"]["http.route"].string_value == "/accounts"
    assert of["GET"]["server.address"].string_value == "127.0.0.1"  # the CRM
    assert spans["job sync_source"].trace_id == spans["asked for"].trace_id
    assert spans["GET"].parent_span_id == spans["job sync_source"].span_id
    statements = [a.value.string_value for s in _spans(bodies) for a in s.attributes
                  if a.key == "db.statement"]  # fmt: skip
    assert any("FROM account" in statement for statement in statements), sorted(set(statements))
    (line,) = [json.loads(x) for x in done.stderr.splitlines() if '"in a job"' in x]
    assert line["trace_id"] == spans["job sync_source"].trace_id.hex()


def _spans(bodies: list[bytes]) -> list[Any]:
    found = []
    for body in bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                found.extend(scope.spans)
    return found


def test_an_address_with_a_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert collector.endpoint() == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:secret@collector:4318")
    with pytest.raises(WrongSettings, match="OTEL_EXPORTER_OTLP_ENDPOINT") as refused:
        collector.endpoint()
    assert "secret" not in str(refused.value)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(WrongSettings, match=r"pip install kam-sync\[otel\]"):
        collector.send_traces("http://127.0.0.1:9", engine=None, app=None)
