"""Reads what is in `deploy/`; Kustomize itself is not needed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parent.parent.parent
DEPLOY = PROJECT / "deploy"
BASE = DEPLOY / "base"
OVERLAYS = sorted(path.parent for path in DEPLOY.glob("overlays/*/kustomization.yaml"))

Manifest = dict[str, Any]


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def kustomization(directory: Path) -> Manifest:
    (found,) = documents(directory / "kustomization.yaml")
    return dict(found)


def base() -> Iterator[Manifest]:
    for name in kustomization(BASE)["resources"]:
        yield from documents(BASE / name)


def of_kind(kind: str) -> Manifest:
    (found,) = [each for each in base() if each["kind"] == kind]
    return found


def pods() -> dict[str, Manifest]:
    """The pods that run the image, by the kind of their owner."""
    return {kind: of_kind(kind)["spec"]["template"] for kind in ("Deployment", "Job")}


def container(kind: str) -> Manifest:
    (found,) = pods()[kind]["spec"]["containers"]
    return dict(found)


def patched(overlay: Path, kind: str) -> Manifest:
    (found,) = [each for each in documents(overlay / "size.yaml") if each["kind"] == kind]
    return dict(found)


def literals(directory: Path) -> dict[str, str]:
    """Settings that the config map gives."""
    (generator,) = kustomization(directory)["configMapGenerator"]
    return dict(pair.split("=", 1) for pair in generator["literals"])
