"""What is installed is what was pinned, and nothing tracked says where it came from."""

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = [Requirement(line) for line in PROJECT["tool"]["uv"]["constraint-dependencies"]]
DIRECT = [Requirement(line) for line in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]]


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_every_direct_dependency_is_pinned_and_installed_so(requirement: Requirement) -> None:
    pinned = [pin for pin in PINNED if pin.name == requirement.name]
    assert len(pinned) == 1
    assert version(requirement.name) in pinned[0].specifier
    assert version(requirement.name) in requirement.specifier


def test_one_http_client_and_not_two() -> None:
    assert {"httpx", "httpx2"} & {requirement.name for requirement in DIRECT} == {"httpx2"}


def test_no_tracked_file_names_a_registry_or_a_lock() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in tracked.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert "uv.lock" not in files
    hosts = re.compile(r"python" + r"hosted|pypi" + r"\.org|registry" + r"\.npmjs|deb" + r"\.debian")
    assert [name for name in files if hosts.search((ROOT / name).read_text(errors="ignore"))] == []
