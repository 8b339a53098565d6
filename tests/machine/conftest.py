"""Labs that these tests make, harm and delete, each with a name and a state folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab import engine
from lab.settings import Settings

LAB = Path(sys.executable).parent / "lab"
UP_SECONDS = 300
# A proxy that refuses: whoever asks the network for anything fails at once.
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass
class Lab:
    """One lab and the environment that its commands are run in."""

    name: str
    env: dict[str, str]

    def run(self, *args: str, timeout: float = UP_SECONDS, **env: str):
        """Run `lab ARGS` to its end."""
        return subprocess.run(
            [LAB, *args], env=self.env | env, capture_output=True, text=True, timeout=timeout
        )

    def ok(self, *args: str, timeout: float = UP_SECONDS, **env: str) -> str:
        """Run `lab ARGS`, which must end well; return what it printed."""
        found = self.run(*args, timeout=timeout, **env)
        assert found.returncode == 0, f"lab {args}: {found.stdout}{found.stderr}"
        return found.stdout

    def begin(self, *args: str, **env: str) -> subprocess.Popen[str]:
        """Start `lab ARGS` and leave it running."""
        # A job in the background has Ctrl-C switched off, and so would this command in one.
        return subprocess.Popen(
            ["env", "--default-signal=INT", LAB, *args],
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def cut_off(self, step: str, number: signal.Signals, **env: str) -> None:
        """Start `lab up` and send it a signal as soon as it tells that it begins a step."""
        process = self.begin("up", **env)
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            if line.split(maxsplit=1)[0] == "..." and step in line:
                process.send_signal(number)
                break
        else:
            raise AssertionError(f"no step {step!r} in {seen}")
        process.communicate(timeout=60)
        assert process.returncode != 0

    def kubectl(self, *args: str, text: str | None = None) -> str:
        """Run the lab's kubectl, which must end well."""
        program = self.settings.bin / "kubectl"
        env = self.env | {"KUBECONFIG": str(self.settings.kubeconfig)}
        found = subprocess.run(
            [program, *args], env=env, input=text, capture_output=True, text=True, timeout=120
        )
        assert found.returncode == 0, found.stderr
        return found.stdout

    def status(self) -> dict:
        """Return what `lab status --json` tells."""
        return json.loads(self.run("status", "--json").stdout)

    @property
    def settings(self) -> Settings:
        """The settings that this lab's commands read from their environment."""
        return Settings.from_environment(self.env)

    @property
    def engine(self) -> engine.Engine:
        """The engine that holds this lab."""
        return engine.find(self.settings)

    def new_since(self, before: dict[str, set[str]]) -> dict[str, set[str]]:
        """Return what the engine holds beyond what it held then; others may have deleted theirs."""
        now = self.what_is_there()
        return {kind: names - before[kind] for kind, names in now.items() if names - before[kind]}

    def what_is_there(self) -> dict[str, set[str]]:
        """Return all that the engine holds, by kind, with names."""
        shown = {
            "containers": ("ps", "-a", "--format", "{{.Names}}"),
            "volumes": ("volume", "ls", "--format", "{{.Name}}"),
            "networks": ("network", "ls", "--format", "{{.Name}}"),
        }
        return {kind: set(self.engine.run(*args).out.split()) for kind, args in shown.items()}


def _lab(name: str, folder: Path) -> Lab:
    folder.mkdir(parents=True, exist_ok=True)
    cache = Settings.from_environment().cache.parent
    env = {key: value for key, value in os.environ.items() if not key.startswith("LAB_")}
    kube = folder / "home" / ".kube"
    kube.mkdir(parents=True, exist_ok=True)
    env |= {
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(cache),
        "LAB_STATE": str(folder / "state"),
        "LAB_NAME": name,
    }
    return Lab(name, env)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of this module's, not yet up; gone afterwards."""
    made = _lab("statefulset-lab-m", tmp_path_factory.mktemp("lab"))
    made.run("down")
    yield made
    made.ok("down")


@pytest.fixture
def no_network() -> dict[str, str]:
    """An environment in which the network is out of reach, and this machine is not."""
    mine = "127.0.0.1,localhost"
    refuses = dict.fromkeys(PROXIES, "http://127.0.0.1:9")
    return refuses | {"GOPROXY": "off", "NO_PROXY": mine, "no_proxy": mine}


@pytest.fixture
def nothing_changes(tmp_path: Path) -> Iterator[Lab]:
    """A lab that is never made: what its commands leave behind is a failure."""
    made = _lab("statefulset-lab-n", tmp_path / "lab")
    before = made.what_is_there()
    yield made
    assert made.new_since(before) == {}
    assert not made.settings.kubeconfig.exists()


@pytest.fixture
def cache_of_its_own(tmp_path: Path) -> Path:
    """A cache folder with hard links to the results of the real one, and Go's own beside them."""
    real = Settings.from_environment().cache
    place = tmp_path / "cache" / real.name
    place.mkdir(parents=True)
    for folder in real.iterdir():
        if folder.name.startswith("go"):
            (place / folder.name).symlink_to(folder)
        elif folder.is_dir() and folder.name != "locks":
            shutil.copytree(folder, place / folder.name, copy_function=os.link, symlinks=True)
    return place
