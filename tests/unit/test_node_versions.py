"""versions.json, go.mod, the Go sources and the node's own files name the same things."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parents[2] / "lab-env" / "node-image"


@pytest.fixture(scope="module")
def versions() -> dict[str, Any]:
    return dict(json.loads((NODE / "versions.json").read_text()))


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    """What go.mod requires or replaces: module path to version; a replacement wins."""
    text = (NODE / "go.mod").read_text()
    required = re.findall(r"^\t?(?:require )?(\S+) (v\S+)", text, re.MULTILINE)
    replaced = re.findall(r"^\t(\S+) => (\S+) (v\S+)", text, re.MULTILINE)
    assert all(old == new for old, new, _ in replaced), "a module is replaced by another one"
    return dict(required) | {old: version for old, _, version in replaced}


def test_each_version_is_the_one_in_go_mod(versions: dict[str, Any], modules: dict[str, str]):
    assert versions["kubernetes"] == modules["k8s.io/kubernetes"]
    assert versions["coredns"] == modules["github.com/coredns/coredns"]
    assert versions["kind"] == modules["sigs.k8s.io/kind"]
    assert "v" + versions["etcd"].split("-")[0] == modules["go.etcd.io/etcd/server/v3"]
    assert f"\ngo {versions['go']}\n" in (NODE / "go.mod").read_text()


def test_all_of_kubernetes_has_one_version(versions: dict[str, Any], modules: dict[str, str]):
    staging = versions["kubernetes"].replace("v1.", "v0.", 1)
    text = (NODE / "go.mod").read_text()
    replaced = set(re.findall(r"^\t(\S+) => \S+ v", text, re.MULTILINE))
    assert len(replaced) >= 30
    assert {modules[name] for name in replaced} == {staging}


def test_the_programs_say_that_version(versions: dict[str, Any]):
    stamped = dict(
        flag.removeprefix("-X k8s.io/component-base/version.").split("=")
        for flag in versions["build"]["ldflags"]
        if flag.startswith("-X")
    )
    major, minor, _ = versions["kubernetes"].removeprefix("v").split(".")
    assert stamped["gitVersion"] == versions["kubernetes"]
    assert (stamped["gitMajor"], stamped["gitMinor"]) == (major, minor)


def test_each_package_is_ours_or_a_tool_of_the_module(versions: dict[str, Any]):
    text = (NODE / "go.mod").read_text()
    tools = set(re.findall(r"^\t(\S+)$", text, re.MULTILINE))
    foreign = {package for package in versions["build"]["packages"] if package[0] != "."}
    assert foreign == tools
    for package in set(versions["build"]["packages"]) - foreign:
        assert (NODE / package / "main.go").is_file(), package
    for package, program in versions["build"]["packages"].items():
        assert program == package.rsplit("/", 1)[-1], "go build names it after the package"


def test_each_name_of_the_node_program_is_one_that_it_knows(versions: dict[str, Any]):
    sources = "".join(path.read_text() for path in (NODE / "cmd" / "node").glob("*.go"))
    known = set(re.findall(r'^\t"([a-z-]+)": +(?!true)(?:func\(\)|[\w.]+,)', sources, re.MULTILINE))
    names = [name for names in versions["programs"]["node"].values() for name in names]
    assert sorted(names) == sorted(known)


def test_what_is_installed_is_built(versions: dict[str, Any]):
    built = set(versions["build"]["packages"].values())
    assert set(versions["programs"]) | set(versions["tools"]) == built
    assert set(versions["tools"]["node"]) <= set(versions["programs"]["node"]["usr/bin"])


def test_the_images_have_the_tags_that_kubeadm_asks_for(versions: dict[str, Any]):
    tags = dict(image.rsplit(":", 1) for image in versions["images"])
    for part in ("apiserver", "controller-manager", "scheduler", "proxy"):
        assert tags.pop(f"registry.k8s.io/kube-{part}") == versions["kubernetes"]
    assert tags.pop("registry.k8s.io/etcd") == versions["etcd"]
    assert tags.pop("registry.k8s.io/coredns/coredns") == versions["coredns"]
    assert tags.pop("registry.k8s.io/pause") == versions["pause"]
    assert list(tags) == ["lab.local/local-volumes"]


def test_an_image_starts_a_program_that_is_there(versions: dict[str, Any]):
    installed = {
        f"/{folder}/{name}"
        for places in versions["programs"].values()
        for folder, names in places.items()
        for name in names
    }
    for image, entrypoint in versions["images"].items():
        if entrypoint:
            assert entrypoint[0] in installed | {"/usr/bin/catatonit"}, image


def test_the_nodes_own_files_name_images_that_it_has(versions: dict[str, Any]):
    pause = f'sandbox = "registry.k8s.io/pause:{versions["pause"]}"'
    assert pause in (NODE / "rootfs/etc/containerd/config.toml").read_text()
    storage = (NODE / "rootfs/kind/manifests/default-storage.yaml").read_text()
    used = re.findall(r"image: (\S+)", storage)
    assert used
    assert set(used) <= set(versions["images"])


def test_the_storage_class_names_the_provisioner_that_runs():
    name = re.search(
        r'^const Name = "(.+)"$',
        (NODE / "localvolumes/provisioner.go").read_text(),
        re.MULTILINE,
    )
    root = re.search(
        r'^const volumesRoot = "(.+)"$',
        (NODE / "cmd/node/volumes.go").read_text(),
        re.MULTILINE,
    )
    assert name
    assert root
    storage = (NODE / "rootfs/kind/manifests/default-storage.yaml").read_text()
    assert f"provisioner: {name[1]}\n" in storage
    assert f"mountPath: {root[1]}\n" in storage
    assert f"path: {root[1]}\n" in storage


def test_each_unit_of_ours_is_enabled(versions: dict[str, Any]):
    ours = {path.stem for path in (NODE / "rootfs/etc/systemd/system").glob("*.service")}
    assert ours
    assert ours <= set(versions["units"])
