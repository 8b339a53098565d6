"""pyproject.toml, environment.yml and constraints.txt name the same packages."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# What conda-forge calls a package that has another name on the Python index.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
# What conda must bring for itself.
CONDA_ONLY = {"python"}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def declared(requirements: list[str]) -> dict[str, str]:
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(each.name): str(each.specifier) for each in parsed}


def conda() -> tuple[dict[str, str], list[str]]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    named = declared([entry for entry in entries if isinstance(entry, str)])
    return {CONDA_NAMES.get(name, name): specifier for name, specifier in named.items()}, pip


def test_conda_s_environment_names_what_the_project_needs(project):
    named, pip = conda()
    from_pip = declared([text for text in pip if not text.startswith("-e")])
    found = {name: spec for name, spec in named.items() if name not in CONDA_ONLY} | from_pip
    assert found == declared(project["dependencies"])
    assert named["python"] == project["requires-python"]
    assert "-e ." in pip


def test_conda_s_package_kubernetes_is_not_asked_for():
    assert "kubernetes" not in conda()[0]


def test_every_package_that_is_needed_is_pinned_and_the_pin_fits(project, pins):
    pinned = {canonicalize_name(name): version for name, version in pins.items()}
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(one for extra in extras for one in extra)]:
        wanted = Requirement(text)
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_pins_hold_versions_and_nothing_of_the_machine_they_were_made_on(pins):
    for name, version in pins.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
        assert re.fullmatch(r"[0-9A-Za-z.!+]+", version)


def test_the_tests_run_with_the_pinned_packages(project, pins):
    for text in project["dependencies"]:
        name = Requirement(text).name
        pinned = {canonicalize_name(key): value for key, value in pins.items()}
        assert importlib.metadata.version(name) == pinned[canonicalize_name(name)]


def test_the_pinned_packages_run_on_debian_12_s_python(pins):
    """Some ask for a later 3.11 than 3.11.2; pip then calls the pins contradictory."""
    for name in pins:
        try:
            asks = importlib.metadata.metadata(name).get("Requires-Python")
        except importlib.metadata.PackageNotFoundError:
            continue  # another system's package
        assert asks is None or SpecifierSet(asks).contains("3.11.2"), f"{name} {asks}"
