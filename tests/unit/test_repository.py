"""What holds for every file of the repository."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 300
# Made by tools, or not written line by line; and a widget's one ES module, shipped as it is.
NOT_COUNTED = {".ipynb", ".sum", ".mod", ".txt", ".md", ".css", ".svg", ".js"}
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


def files() -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return [ROOT / name for name in found.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[Path, str]:
    found = {}
    for file in files():
        try:
            found[file.relative_to(ROOT)] = file.read_text()
        except UnicodeDecodeError:
            continue  # a picture
    return found


def test_no_file_of_code_is_longer_than_three_hundred_lines(texts):
    too_long = {
        str(name): lines
        for name, text in texts.items()
        if name.suffix not in NOT_COUNTED
        and name.name != "LICENSE"
        and not name.name.startswith("test_")
        and (lines := text.count("\n")) > LONGEST
    }
    assert not too_long


def test_no_text_tells_of_the_machine_it_was_written_on(texts):
    local = re.compile(
        r"(?<![\w.$}])(?:/(?:root|work)/|/home/(?!user\b|vscode\b|learner\b)\w+|/Users/\w+)"
    )
    allowed = {Path("tests/rules/test_rules.py"), Path("tests/unit/test_repository.py")}
    found = [
        f"{name}: {match[0]}"
        for name, text in texts.items()
        if name not in allowed
        for match in local.finditer(text)
    ]
    assert not found


def test_no_text_names_the_host_of_a_package_registry(texts):
    # Written so that this file doesn't name them itself.
    hosts = re.compile(r"pypi[.]org|pythonhosted[.]|npmjs[.]|deb[.]debian|proxy[.]golang")
    assert not [str(name) for name, text in texts.items() if hosts.search(text)]


def test_every_link_of_the_readme_leads_somewhere(texts):
    for name in (Path("README.md"), Path("CONTRIBUTING.md")):
        lost = [link for link in LINK.findall(texts[name]) if not (ROOT / link).exists()]
        assert not lost, name


def test_the_readme_tells_of_every_variable_that_the_lab_reads(texts):
    read = {
        variable
        for name, text in texts.items()
        if name.parts[:2] == ("lab-env", "lab") or name == Path("Makefile")
        for variable in re.findall(r"\bLAB_[A-Z_]+\b", text)
    }
    told = set(re.findall(r"`(LAB_[A-Z_]+)`", texts[Path("README.md")]))
    assert told <= read
    assert {v for v in read if v not in ("LAB_ENV",)} - told == set()


def test_the_licence_is_whole(texts):
    licence = texts[Path("LICENSE")]
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_scripts_can_be_run(texts):
    for name in (
        ".ci/run",
        "tests/all.sh",
        "tests/notebooks/run.sh",
        "tests/side-by-side.sh",
        "lab-env/bootstrap.sh",
    ):
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_no_test_folder_is_a_package(texts):
    assert not [str(n) for n in texts if n.parts[0] == "tests" and n.name == "__init__.py"]
