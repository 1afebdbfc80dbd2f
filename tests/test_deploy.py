"""What describes where the service runs is valid: schemas, linters, and Kustomize where it is."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.baking import NAMES, bake
from tests.running import run

BIN = Path(sys.executable).parent
YAML = "{extends: default, rules: {line-length: disable, document-start: disable, braces: {}, comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}}}"  # noqa: E501
SCHEMAS = {
    "compose.yaml": "vendor.compose-spec",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
}


@pytest.fixture(scope="module", params=["shortest", "longest"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    slug = NAMES[request.param]
    return bake(tmp_path_factory.mktemp("deploy"), project_slug=slug, parts="kubernetes")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_fits_its_schema(project: Path, name: str) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", SCHEMAS[name], project / name)


def test_the_workflow_has_no_hole_that_zizmor_knows(project: Path) -> None:
    run(BIN / "zizmor", "--offline", "--quiet", project / ".github")


def test_every_action_is_pinned_to_a_commit(project: Path) -> None:
    text = (project / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    used = [line.split("@")[1] for line in text.splitlines() if "uses: " in line]
    assert used
    assert all(len(each.split()[0]) == 40 for each in used)


def test_the_yaml_is_lint_clean(project: Path) -> None:
    places = ("compose.yaml", "deploy", "monitoring", ".github")
    run(BIN / "yamllint", "--strict", "-d", YAML, *places, cwd=project)


def test_every_manifest_fits_the_strict_schema_of_kubernetes(project: Path) -> None:
    manifests = set((project / "deploy/base").iterdir())
    manifests.remove(project / "deploy/base/kustomization.yaml")
    run(BIN / "kubernetes-validate", "--strict", *sorted(manifests))


@pytest.mark.skipif(
    not shutil.which("kubectl"), reason="kubectl is in no wheel, and too old in Debian 12"
)
@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_an_overlay_renders_to_what_the_strict_schema_allows(
    project: Path, overlay: str, tmp_path: Path
) -> None:
    rendered = tmp_path / "rendered.yaml"
    text = run("kubectl", "kustomize", project / "deploy/overlays" / overlay).stdout
    rendered.write_text(text, encoding="utf-8")
    run(BIN / "kubernetes-validate", "--strict", rendered)
    assert f"namespace: {project.name}-{overlay}" in text
    assert "overlay.invalid" not in text
    assert f"image: registry.invalid/{project.name}:0.1.0" in text


def test_the_rollout_script_can_be_run(project: Path) -> None:
    script = project / "deploy/rollout"
    assert script.stat().st_mode & 0o111
    run("sh", "-n", script)
