"""What the smoke test finds wrong in a manifest of the node image."""

import pytest

from lab.nodeimage.smoke import manifest_trouble
from lab.nodeimage.versions import SOURCE

STORAGE = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: local-volumes}
"""
WANTED = {"StorageClass/standard", "DaemonSet/local-volumes"}


def test_a_manifest_with_all_that_is_wanted_is_right() -> None:
    assert manifest_trouble("storage.yaml", STORAGE, WANTED) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty or missing"),
        ("# nothing but a note\n", "it is empty or missing"),
        ("kind: [", "while parsing"),
        ("just text\n", "not every object has an apiVersion and a kind"),
        ("kind: StorageClass\n", "not every object has an apiVersion and a kind"),
        (STORAGE.replace("standard", "other"), "it has no StorageClass/standard"),
        (STORAGE.partition("---")[0], "it has no DaemonSet/local-volumes"),
    ],
)
def test_a_broken_manifest_is_told_with_its_path(text: str, said: str) -> None:
    (trouble,) = manifest_trouble("storage.yaml", text, WANTED)
    assert trouble.startswith("storage.yaml: ")
    assert said in trouble


def test_the_manifests_of_this_checkout_are_right() -> None:
    folder = SOURCE / "rootfs" / "kind" / "manifests"
    text = (folder / "default-storage.yaml").read_text()
    assert manifest_trouble("default-storage.yaml", text, WANTED) == []
