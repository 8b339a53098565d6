"""When a Debian base is made anew, and what is said when it can't be made."""

from pathlib import Path

import pytest

from lab import debian
from lab.cache import Cache
from lab.errors import LabError
from lab.progress import Quiet


def test_a_base_of_the_same_packages_has_the_same_key() -> None:
    assert debian.base_key("bookworm", ["runc"]) == debian.base_key("bookworm", ["runc"])


@pytest.mark.parametrize(
    "other",
    [
        debian.base_key("trixie", ["runc"]),
        debian.base_key("bookworm", ["runc", "nftables"]),
        debian.base_key("bookworm", ["runc"], variant="minbase"),
    ],
)
def test_a_base_of_another_suite_or_other_packages_has_another_key(other: str) -> None:
    assert debian.base_key("bookworm", ["runc"]) != other


def test_where_mmdebstrap_can_not_be_installed_it_is_named_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="mmdebstrap") as caught:
        debian.base(Cache(tmp_path / "cache"), Quiet(), "bookworm", ["runc"])
    assert "mmdebstrap" in caught.value.why
    assert not Cache(tmp_path / "cache").has("debian", debian.base_key("bookworm", ["runc"]))


def test_a_base_that_could_not_be_made_is_not_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "mmdebstrap"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "E: no mirror answers" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    with pytest.raises(LabError, match="no mirror answers"):
        debian.base(Cache(tmp_path / "cache"), Quiet(), "bookworm", ["runc"])
    assert not Cache(tmp_path / "cache").has("debian", debian.base_key("bookworm", ["runc"]))
