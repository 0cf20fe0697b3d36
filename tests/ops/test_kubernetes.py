"""The manifests are what Kubernetes takes, hang together, and give no pod a needless right."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from kam_sync.base.settings import Settings

FOLDER = Path(__file__).parents[2] / "ops" / "kubernetes"
FILES = [path for path in sorted(FOLDER.glob("*.yaml")) if path.name != "kustomization.yaml"]
ALL = [one for path in FILES for one in yaml.safe_load_all(path.read_text())]
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in ALL
    if one["kind"] in {"Deployment", "Job"}
}  # fmt: skip


def of(kind: str) -> list[dict[str, Any]]:
    """The manifests of a kind."""
    return [one for one in ALL if one["kind"] == kind]


@pytest.mark.parametrize("version", ["1.28", "1.37"])
def test_kubernetes_of_several_ages_takes_every_manifest(version: str) -> None:
    for one in ALL:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_word_that_kubernetes_does_not_know_is_refused() -> None:
    wrong = {**ALL[0], "metadate": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.33", strict=True)


def test_all_files_but_the_example_are_applied_together() -> None:
    named = {path.name for path in FILES} - {"ingress.example.yaml"}
    assert set(KUSTOMIZATION["resources"]) == named
    assert KUSTOMIZATION["images"][0]["name"] == PODS["kam-sync-web"]["containers"][0]["image"]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_rights_and_bounded_means(name: str) -> None:
    pod = PODS[name]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert {"requests", "limits"} <= set(container["resources"])
    assert {one["mountPath"] for one in container["volumeMounts"]} == {"/data", "/tmp"}  # noqa: S108 - of the pod
    assert [next(iter(one)) for one in container["envFrom"]] == ["configMapRef", "secretRef"]


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_process_is_asked_where_it_listens_and_found_by_its_labels(name: str) -> None:
    (deployment,) = [one for one in of("Deployment") if one["metadata"]["name"].endswith(name)]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    port = container["ports"][0]["containerPort"]
    assert container["args"] == [name, "--host", "0.0.0.0", "--port", str(port)]  # noqa: S104 - in a pod
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    for kind in ("Service", "PodDisruptionBudget"):
        (one,) = [one for one in of(kind) if one["metadata"]["name"] == f"kam-sync-{name}"]
        selector = one["spec"]["selector"]
        assert selector.get("matchLabels", selector) == labels


def test_settings_are_known_and_no_secret_is_among_them() -> None:
    ours = {f"KAM_SYNC_{name.upper()}" for name in Settings.model_fields}
    known = ours | {"FORWARDED_ALLOW_IPS"}  # uvicorn's own: whose word about addresses counts
    (config,) = of("ConfigMap")
    assert set(config["data"]) <= known - {"KAM_SYNC_DATABASE_URL", "KAM_SYNC_SECRET_KEY"}
    assert of("Secret") == []
