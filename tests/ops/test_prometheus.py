"""What ops are given for Prometheus and Grafana: valid, and about metrics that there are."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.web.conftest import TestClient

TOP = Path(__file__).parents[2]
PROMETHEUS = TOP / "ops" / "prometheus"
DASHBOARD = json.loads((TOP / "ops" / "grafana" / "kam_sync.json").read_text())
RULES = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text())["groups"][0]["rules"]
_ENDS = ("_bucket", "_count", "_sum")


def promtool(*asked: str, folder: Path = PROMETHEUS) -> None:
    """Have promtool look at it; skip where it is not, or fail where it has to be."""
    found = shutil.which("promtool")
    if found is None:
        missing = "no promtool on this machine: apt-get install prometheus"
        (pytest.fail if "KAM_SYNC_REQUIRE_PROMTOOL" in os.environ else pytest.skip)(missing)  # noqa: TID251 - of this run
    done = subprocess.run(
        [str(found), *asked], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_the_rules_good() -> None:
    promtool("check", "rules", "alerts.yaml")


def test_the_rules_fire_when_they_should_and_else_are_silent() -> None:
    promtool("test", "rules", "alerts_test.yaml")


def test_promtool_finds_the_scrape_configuration_good(tmp_path: Path) -> None:
    for name in ("alerts.yaml", "prometheus.yaml"):
        shutil.copy(PROMETHEUS / name, tmp_path)
    (tmp_path / "kam_sync.key").write_text("a key")
    promtool("check", "config", "prometheus.yaml", folder=tmp_path)


def test_each_rule_is_tested_and_leads_to_its_section_of_the_runbook() -> None:
    tested = (PROMETHEUS / "alerts_test.yaml").read_text()
    for rule in RULES:
        path, anchor = rule["annotations"]["runbook"].split("#")
        assert anchor == rule["alert"].lower()
        assert f"\n## {rule['alert']}\n" in (TOP / path).read_text()
        assert f"alertname: {rule['alert']}\n        exp_alerts:\n          - exp_labels" in tested


def metrics_of(expression: str) -> set[str]:
    """The metrics that an expression names."""
    found = re.findall(r"\b(kam_sync_[a-z_]+|process_[a-z_]+)", re.sub(r'"[^"]*"', "", expression))
    return {_without(name) for name in found}


def _without(name: str) -> str:
    end = next((end for end in _ENDS if name.endswith(end)), "")
    return name.removesuffix(end)


def panels() -> list[dict[str, Any]]:
    """The panels that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def test_every_metric_of_rules_and_dashboard_is_exported(services: Services) -> None:
    with TestClient(create_app(services)) as client:
        text = client.get("/metrics").text
    exported = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    asked = [rule["expr"] for rule in RULES]
    asked += [target["expr"] for panel in panels() for target in panel["targets"]]
    named = set().union(*(metrics_of(one) for one in asked))
    assert len(named) > 25
    assert named - exported == set()


def test_every_metric_is_explained_and_every_explained_one_is_exported(services: Services) -> None:
    with TestClient(create_app(services)) as client:
        text = client.get("/metrics").text
    exported = {
        name.removesuffix("_created")
        for name in re.findall(r"^# TYPE (kam_sync_\w+) ", text, re.MULTILINE)
    }
    page = (TOP / "docs" / "operations" / "monitoring.md").read_text()
    table = page.split("## Metrics")[1].split("## Logs")[0]
    told = set(re.findall(r"`(kam_sync_\w+)`", table))
    assert {_total(name) for name in exported} == {_total(name) for name in told}


def test_a_scrape_counts_the_queue_once(services: Services) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    with TestClient(create_app(services)) as client:
        sa.event.listen(services.database.engine, "before_cursor_execute", note)
        try:
            text = client.get("/metrics").text
        finally:
            sa.event.remove(services.database.engine, "before_cursor_execute", note)
    assert 'kam_sync_jobs{status="todo"}' in text
    counting = [one for one in asked if re.search(r"FROM procrastinate_jobs\s+GROUP BY", one)]
    assert len(counting) == 1
    assert len([one for one in asked if "procrastinate_workers" in one]) == 1


def _total(name: str) -> str:
    return name.removesuffix("_total")


def test_the_dashboard_has_its_panels_side_by_side() -> None:
    cells: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in cells, f"{panel['title']} lies on {cells[x, y]}"
                cells[x, y] = panel["title"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert {str(panel["datasource"]["uid"]) for panel in panels()} == {"${datasource}"}


def test_promtool_understands_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = []
    for number, panel in enumerate(panels()):
        for target in panel["targets"]:
            asked = target["expr"].replace("$__rate_interval", "5m")
            rules.append({"record": f"panel:{number}", "expr": asked})
    groups = {"groups": [{"name": "panels", "rules": rules}]}
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump(groups))
    promtool("check", "rules", "--lint=none", "panels.yaml", folder=tmp_path)
