"""Only the lab's own cluster is acted on."""

from pathlib import Path

import pytest

from lab import guard, state
from lab.errors import LabError
from lab.settings import Settings

KUBECONFIG = "clusters: [{{name: lab, cluster: {{server: '{server}'}}}}]"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.from_environment({"LAB_STATE": str(tmp_path)})
    found.folder.mkdir(parents=True)
    return found


def kubeconfig(settings: Settings, text: str) -> None:
    settings.kubeconfig.write_text(text)


@pytest.mark.parametrize(
    "server", ["https://127.0.0.1:6443", "https://[::1]:6443", "https://localhost:1"]
)
def test_a_server_on_this_machine_is_allowed(settings: Settings, server: str):
    kubeconfig(settings, KUBECONFIG.format(server=server))
    guard.check_kubeconfig(settings)


@pytest.mark.parametrize(
    "server", ["https://10.0.0.1:6443", "https://cluster.example:6443", "https://[2001:db8::1]:1"]
)
def test_any_other_server_is_refused(settings: Settings, server: str):
    kubeconfig(settings, KUBECONFIG.format(server=server))
    with pytest.raises(LabError, match="leads to"):
        guard.check_kubeconfig(settings)


@pytest.mark.parametrize("text", ["", "nonsense: [", "clusters: []", "7"])
def test_a_damaged_kubeconfig_is_told(settings: Settings, text: str):
    kubeconfig(settings, text)
    with pytest.raises(LabError, match="can't be read"):
        guard.check_kubeconfig(settings)


def test_a_kubeconfig_made_unreadable_is_told(settings: Settings):
    kubeconfig(settings, KUBECONFIG.format(server="https://127.0.0.1:6443"))
    settings.kubeconfig.chmod(0)
    with pytest.raises(LabError, match="can't be read"):
        guard.check_kubeconfig(settings)


def test_without_a_lab_the_guard_says_so(settings: Settings):
    with pytest.raises(LabError, match="no lab"):
        guard.check_kubeconfig(settings)
    with pytest.raises(LabError, match="no lab"):
        guard.agree(settings, "abc")


@pytest.mark.parametrize("held", [None, "another"])
def test_a_cluster_with_another_identity_is_refused(settings: Settings, held: str | None):
    state.write(settings, state.new(settings, "podman"))
    with pytest.raises(LabError, match="not made by this lab"):
        guard.agree(settings, held)


def test_the_labs_own_identity_is_accepted(settings: Settings):
    record = state.new(settings, "podman")
    state.write(settings, record)
    guard.agree(settings, record.identity)
