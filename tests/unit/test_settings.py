"""What the environment may ask of the lab."""

from pathlib import Path

import pytest

from lab.errors import LabError
from lab.settings import LONGEST_NAME, Settings


def settings(**values: str) -> Settings:
    return Settings.from_environment({"HOME": "/home/learner", **values})


def test_without_any_variable_the_lab_has_its_usual_name_and_waits_for_no_answer():
    found = settings()
    assert (found.name, found.provider, found.images) == ("statefulset-lab", None, "auto")


def test_state_and_cache_follow_the_xdg_folders():
    found = settings(XDG_STATE_HOME="/s", XDG_CACHE_HOME="/c")
    assert found.folder == Path("/s/statefulset-lab/statefulset-lab")
    assert found.cache == Path("/c/statefulset-lab")


def test_a_relative_xdg_folder_counts_for_nothing():
    assert settings(XDG_STATE_HOME="here").state.is_absolute()


def test_lab_state_wins_over_the_xdg_folder():
    assert settings(LAB_STATE="/mine", XDG_STATE_HOME="/s").kubeconfig == Path(
        "/mine/statefulset-lab/kubeconfig"
    )


@pytest.mark.parametrize("name", ["Lab", "-lab", "lab-", "a.b", "a b", "1lab", "../x", "läb"])
def test_a_name_that_is_no_dns_label_is_refused(name: str):
    with pytest.raises(LabError, match="can't be the name"):
        settings(LAB_NAME=name)


def test_a_name_is_at_most_as_long_as_a_nodes_host_name_allows():
    assert settings(LAB_NAME="a" * LONGEST_NAME).name
    with pytest.raises(LabError):
        settings(LAB_NAME="a" * (LONGEST_NAME + 1))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LAB_PROVIDER", "qemu"),
        ("LAB_IMAGES", "guess"),
        ("LAB_NODE_IMAGE", "--rm x"),
        ("LAB_REGISTRY", "https://room:5000"),
        ("LAB_REGISTRY", "room"),
        ("LAB_FEATURE_GATES", "Recreate"),
        ("LAB_FEATURE_GATES", "A=true B=false"),
    ],
)
def test_an_unknown_value_is_refused_by_name(variable: str, value: str):
    with pytest.raises(LabError, match=variable):
        settings(**{variable: value})


def test_an_empty_variable_counts_as_unset():
    assert settings(LAB_NAME="", LAB_PROVIDER="", LAB_IMAGES="", LAB_NODE_IMAGE="") == settings()


def test_feature_gates_are_read_as_kubernetes_writes_them() -> None:
    assert settings(LAB_FEATURE_GATES="A=true,B=false").feature_gates == {"A": True, "B": False}
    assert settings().feature_gates == {}
