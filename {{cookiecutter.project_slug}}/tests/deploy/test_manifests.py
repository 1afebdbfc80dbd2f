"""What must fit together in `deploy/`: names, labels, times, numbers."""

import math
import re
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.manifests import (
    BASE,
    DEPLOY,
    OVERLAYS,
    PROJECT,
    base,
    container,
    documents,
    kustomization,
    literals,
    of_kind,
    patched,
    pods,
)

EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
SETTINGS = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
DRAIN = float(SETTINGS["SERVER_DRAIN_SECONDS"])
CONNECTIONS = 100 - 3
"""Of a PostgreSQL as it comes, without those reserved for superusers."""

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
each_pod = pytest.mark.parametrize("kind", ["Deployment", "Job"])


def test_every_manifest_is_used() -> None:
    listed = set(kustomization(BASE)["resources"]) | {"kustomization.yaml"}

    assert {path.name for path in BASE.iterdir()} == listed


@each_overlay
def test_an_overlay_patches_what_the_base_has(overlay: Path) -> None:
    known = {(each["kind"], each["metadata"]["name"]) for each in base()}
    patches = kustomization(overlay)["patches"]

    for patch in patches:
        for document in documents(overlay / patch["path"]):
            if "target" in patch:
                assert patch["target"]["kind"] in {kind for kind, _ in known}
            else:
                assert (document["kind"], document["metadata"]["name"]) in known
    files = {patch["path"] for patch in patches} | {"kustomization.yaml"}
    assert {path.name for path in overlay.iterdir()} == files


@each_overlay
def test_an_overlay_sets_the_size_of_the_container_that_the_base_has(overlay: Path) -> None:
    (sized,) = patched(overlay, "Deployment")["spec"]["template"]["spec"]["containers"]

    assert sized["name"] == container("Deployment")["name"]
    assert sized["resources"]["limits"]["memory"] == sized["resources"]["requests"]["memory"]


@each_overlay
def test_an_overlay_names_the_image_that_the_pods_run(overlay: Path) -> None:
    (image,) = kustomization(overlay)["images"]

    assert {container(kind)["image"] for kind in pods()} == {image["name"]}
    assert image["newTag"] != "latest"


@each_overlay
def test_an_overlay_adds_settings_to_the_config_map_that_the_pods_read(overlay: Path) -> None:
    (given,) = kustomization(BASE)["configMapGenerator"]
    (added,) = kustomization(overlay)["configMapGenerator"]

    assert (added["name"], added["behavior"]) == (given["name"], "merge")
    for kind in pods():
        assert container(kind)["envFrom"] == [{"configMapRef": {"name": given["name"]}}]


def test_what_the_config_maps_set_are_settings() -> None:
    overlays = (BASE, *OVERLAYS)
    literals = [g["literals"] for o in overlays for g in kustomization(o)["configMapGenerator"]]

    names = {literal.partition("=")[0] for given in literals for literal in given}
    assert names - set(SETTINGS) == set()


def test_selectors_find_the_pods_of_the_server_and_no_others() -> None:
    labels = pods()["Deployment"]["metadata"]["labels"]

    assert of_kind("Deployment")["spec"]["selector"]["matchLabels"] == labels
    assert of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert of_kind("Service")["spec"]["selector"] == labels
    for spread in pods()["Deployment"]["spec"]["topologySpreadConstraints"]:
        assert spread["labelSelector"]["matchLabels"] == labels
    assert not labels.items() <= pods()["Job"]["metadata"]["labels"].items()


@each_pod
def test_the_network_policy_covers_the_pods(kind: str) -> None:
    chosen = of_kind("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]

    assert chosen.items() <= pods()[kind]["metadata"]["labels"].items()


def test_names_that_refer_to_others_exist() -> None:
    name = of_kind("Deployment")["metadata"]["name"]
    target = of_kind("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    (rule,) = of_kind("Ingress")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    backend = path["backend"]["service"]
    account = of_kind("ServiceAccount")["metadata"]["name"]

    assert (target["kind"], target["name"]) == ("Deployment", name)
    assert backend["name"] == of_kind("Service")["metadata"]["name"]
    assert backend["port"]["name"] in {p["name"] for p in of_kind("Service")["spec"]["ports"]}
    assert {pod["spec"]["serviceAccountName"] for pod in pods().values()} == {account}


def test_ports_agree_from_the_settings_to_the_policy() -> None:
    ports = {port["name"]: port["containerPort"] for port in container("Deployment")["ports"]}
    (http,) = of_kind("Service")["spec"]["ports"]
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    metrics = pods()["Deployment"]["metadata"]["annotations"]["prometheus.io/port"]
    admitted = [rule["ports"][0]["port"] for rule in of_kind("NetworkPolicy")["spec"]["ingress"]]

    assert ports == {
        "http": int(SETTINGS["SERVER_PORT"]),
        "metrics": int(literals(BASE)["METRICS_PORT"]),
    }
    assert {container("Deployment")[probe]["httpGet"]["port"] for probe in probes} == {"http"}
    assert http["targetPort"] == "http"
    assert int(metrics) == ports["metrics"]
    assert admitted == list(ports.values())


def test_a_pod_is_given_the_time_that_its_drain_and_its_requests_take() -> None:
    needed = DRAIN + float(SETTINGS["SERVER_GRACEFUL_TIMEOUT"])

    assert pods()["Deployment"]["spec"]["terminationGracePeriodSeconds"] >= needed + 5


def test_readiness_notices_the_drain_before_it_ends() -> None:
    probe = container("Deployment")["readinessProbe"]

    assert probe["httpGet"]["path"] == "/health/ready"
    assert probe["periodSeconds"] * probe["failureThreshold"] < DRAIN


def test_liveness_never_depends_on_the_database() -> None:
    for probe in ("startupProbe", "livenessProbe"):
        assert container("Deployment")[probe]["httpGet"]["path"] == "/health/live"


@each_pod
def test_a_pod_has_no_privilege(kind: str) -> None:
    pod, inside = pods()[kind]["spec"], container(kind)["securityContext"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert inside == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@each_pod
def test_a_pod_runs_as_the_user_of_the_image(kind: str) -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    security = pods()[kind]["spec"]["securityContext"]

    assert f"USER {security['runAsUser']}:{security['runAsGroup']}\n" in dockerfile


@each_pod
def test_the_cluster_adds_no_variable_that_could_be_a_setting(kind: str) -> None:
    assert pods()[kind]["spec"]["enableServiceLinks"] is False


@each_overlay
def test_connections_are_counted_by_the_most_copies_that_run_at_once(overlay: Path) -> None:
    copies = patched(overlay, "HorizontalPodAutoscaler")["spec"]["maxReplicas"]
    rolling = of_kind("Deployment")["spec"]["strategy"]["rollingUpdate"]
    surge = math.ceil(copies * int(rolling["maxSurge"].removesuffix("%")) / 100)
    replicas = int(literals(overlay)["SERVER_REPLICAS"])
    pool = int(SETTINGS["DATABASE_POOL_SIZE"]) + int(SETTINGS["DATABASE_MAX_OVERFLOW"])

    assert rolling["maxUnavailable"] == 0
    assert replicas == copies + surge
    assert replicas * (pool + 1) <= CONNECTIONS


def test_the_autoscaler_alone_says_how_many_run() -> None:
    assert "replicas" not in of_kind("Deployment")["spec"]


def test_a_rollout_applies_the_migration_first_and_the_server_later() -> None:
    script = (DEPLOY / "rollout").read_text(encoding="utf-8")
    first = "app.kubernetes.io/component!=server"

    assert script.index(first) < script.index("k wait") < script.index("--kustomize")
    assert component(of_kind("Job")) == "migration"
    servers = {each["kind"] for each in base() if component(each) == "server"}
    assert {"Deployment", "HorizontalPodAutoscaler"} <= servers


def test_no_manifest_holds_a_secret() -> None:
    assert not [each for each in base() if each["kind"] == "Secret"]
    for directory in (BASE, *OVERLAYS):
        assert not {name for name in literals(directory) if "PASSWORD" in name or "URL" in name}


def component(manifest: dict[str, Any]) -> Any:
    return manifest["metadata"].get("labels", {}).get("app.kubernetes.io/component")
