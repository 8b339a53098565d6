"""The commands that people type, and the script that leads from a bare machine to them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDARD = "sh env dirname cat cksum sed cut tr id date tail rm mkdir timeout flock"
TARGETS = (
    "help", "lab", "test", "test-fast", "test-machine", "test-gates",
    "test-cut-short", "test-faults",
    "test-mutations", "bench",
    "look", "down", "lint", "format", "notebooks", "site", "picture", "pins",
)  # fmt: skip


def make(*arguments: str, **variables: str) -> str:
    """What make prints."""
    # make's own variables, when the tests were started by make, would reach this one.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "LAB_"))}
    found = subprocess.run(
        ["make", *arguments], cwd=ROOT, env={**kept, **variables},
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return found.stdout


def recipe(*arguments: str, **variables: str) -> str:
    """What make would run."""
    return make("-n", *arguments, **variables)


def test_help_names_every_target():
    shown = make("help")
    assert {line.split()[1] for line in shown.splitlines()} == set(TARGETS)


@pytest.mark.parametrize(
    "target",
    [
        "test",
        "test-fast",
        "test-machine",
        "test-gates",
        "test-cut-short",
        "test-faults",
        "test-mutations",
        "notebooks",
        "lint",
    ],
)
def test_the_tests_never_touch_a_learner_s_lab(target):
    assert "LAB_NAME=statefulset-lab-test" in recipe(target, "LAB_NAME=statefulset-lab")


def test_all_stages_refuse_a_learner_s_lab():
    found = subprocess.run(
        [ROOT / "tests" / "all.sh", "lint"], env={**os.environ, "LAB_NAME": "statefulset-lab"},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert found.returncode == 2
    assert "never touch a learner's lab" in found.stderr


def test_an_unknown_stage_is_refused():
    found = subprocess.run(
        [ROOT / "tests" / "all.sh", "everything"],
        env={**os.environ, "LAB_NAME": "statefulset-lab-test"},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert found.returncode == 2
    assert "no stage 'everything'" in found.stderr


def test_what_a_fast_run_leaves_out_is_in_the_whole_one():
    text = (ROOT / "tests" / "all.sh").read_text()
    (every,) = re.findall(r"^all=\((.+)\)$", text, re.MULTILINE)
    assert every.split()[:2] == ["pure", "jupyterlab"]
    stages = dict(re.findall(r"^(\w+)\(\) \{\n(.+?)^\}", text, re.MULTILINE | re.DOTALL))
    assert stages["fast"].split() == ["without_cluster", '"not', "slow", "and", "not", 'long"']
    assert stages["pure"].split() == ["without_cluster", '"not', 'slow"']
    assert "pytest tests/browser -m slow " in stages["jupyterlab"]


def test_continuous_integration_runs_what_everybody_runs():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "exec make test"


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A folder with what bootstrap.sh looks at, and no environment."""
    (tmp_path / "lab-env").mkdir()
    for name in ("pyproject.toml", "constraints.txt", "lab-env/bootstrap.sh"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "lab-env" / "bootstrap.sh").chmod(0o755)
    return tmp_path


def bootstrap(checkout: Path, path: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", "lab-env/bootstrap.sh", *arguments], cwd=checkout, env={"PATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def tools(folder: Path, **scripts: str) -> str:
    """A PATH with the standard tools, none of Python, and the given programs."""
    folder.mkdir()
    for name in STANDARD.split():
        place = next((p for p in (f"/usr/bin/{name}", f"/bin/{name}") if Path(p).exists()), None)
        if place:
            (folder / name).symlink_to(place)
    for name, script in scripts.items():
        file = folder / name.replace("_", "-")
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return str(folder)


def test_a_user_without_python_gets_the_one_command(checkout):
    path = tools(checkout / "bin", apt_get="exit 1", id="echo 1000")
    found = bootstrap(checkout, path)
    assert found.returncode == 1
    assert "python3-venv: keeps" in found.stderr
    assert found.stderr.strip().endswith("Do:  sudo apt-get install -y python3 python3-venv")


def test_root_is_told_what_is_installed_before_it_is(checkout):
    path = tools(checkout / "bin", apt_get="echo E: no network >&2; exit 100", id="echo 0")
    found = bootstrap(checkout, path)
    assert found.returncode == 1
    lines = found.stderr
    assert lines.index("python3: the lab") < lines.index("Installing them with apt-get")
    assert "E: no network" in lines
    assert "apt-get update && apt-get install python3 python3-venv" in lines


def test_a_python_that_is_too_old_counts_as_none(checkout):
    path = tools(checkout / "bin", python3="exit 1", apt_get="exit 1", id="echo 1000")
    assert "python3 python3-venv" in bootstrap(checkout, path).stderr


def test_an_unknown_argument_is_refused(checkout):
    assert bootstrap(checkout, os.environ["PATH"], "everything").returncode == 2


def test_an_environment_that_was_made_from_the_same_is_left_alone(checkout):
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    facts = subprocess.run(
        "pwd; cat pyproject.toml constraints.txt lab-env/bootstrap.sh | cksum",
        shell=True, cwd=checkout, capture_output=True, text=True,
    )  # fmt: skip
    (checkout / ".venv" / "lab").write_text(facts.stdout)
    path = tools(checkout / "bin")
    assert bootstrap(checkout, path).returncode == 0
    # A changed pin, or another place, and it is made anew: here no Python can be found for it.
    (checkout / "constraints.txt").write_text("# changed\n")
    assert bootstrap(checkout, path).returncode == 1
