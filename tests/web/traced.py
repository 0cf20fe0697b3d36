"""A process with traces: answers requests, asks a CRM, runs a job; then ends."""

import logging
import sys
import warnings

import httpx
import structlog

from kam_sync.base import collector
from kam_sync.base.log import set_up_log
from kam_sync.base.settings import LogFormat, read_settings
from kam_sync.base.traces import span, trace_parent
from kam_sync.web.app import create_app
from kam_sync.wiring import open_services

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

set_up_log(LogFormat.JSON, level=logging.INFO)
with open_services(read_settings()) as services:
    app = create_app(services)
    sent = collector.send_traces(collector.endpoint(), engine=services.database.engine, app=app)
    with TestClient(app, raise_server_exceptions=False) as client:
        client.get("/accounts?q=secret-name")
        client.post("/hooks/secret-key", content=b"{}")
    parent = ""
    with span("asked for", {}):
        parent = trace_parent()
    with span("job sync_source", {"job_id": 5}, parent=parent):
        structlog.get_logger("test").info("in a job")
        httpx.get(f"{sys.argv[1]}/rest/1/secret-token/crm.deal.list?auth=secret-auth")
    sent.shutdown()
