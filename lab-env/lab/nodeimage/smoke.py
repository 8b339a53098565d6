"""The test that a node image must pass before it gets its name: a few seconds, no cluster."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from lab import shell
from lab.engine import Engine
from lab.errors import LabError
from lab.nodeimage.versions import versions

# Holds the process ID of the test, so that what it left is known when it is gone.
_LABEL = "lab.statefulset.smoke"
_BOOT_SECONDS = 30
_FAILED = "FAILED "
# How each program tells that it is whole, without doing anything.
_VERSION_OF = {
    "kubeadm": ["version", "--output=short"],
    "kubectl": ["version", "--client"],
    "coredns": ["-version"],
    "containerd-shim-runc-v2": ["-v"],
}
# Units that run in a node that is in no cluster yet.
_RUNNING = ("containerd", "node-routes")
_FUNCTIONS = f"""
check() {{
  what=$1; shift
  said=$("$@" </dev/null 2>&1) ||
    echo "{_FAILED}$what: $(echo "$said" | tail -n 2 | tr '\\n' ' ')"
}}
bounded() {{ timeout 10 "$@"; }}
images=$(ctr -n k8s.io images ls -q 2>/dev/null)
known() {{ echo "$images" | grep -Fqx "$1" || {{ echo "not there"; false; }}; }}
"""
_CNI_FOLDER = "opt/cni/bin"
# What kind applies to the new cluster, and what must be in it.
_MANIFESTS = {
    "/kind/manifests/default-cni.yaml": {"ClusterRole/node-routes"},
    "/kind/manifests/default-storage.yaml": {"StorageClass/standard", "DaemonSet/local-volumes"},
}
_SETTINGS = ("/etc/kubelet.conf.d/10-node.conf",)
_FILES = (
    "/etc/containerd/cni.template",
    "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/kind/bin/undo-mount-hacks.sh",
    "/usr/sbin/iptables",
)


def check(engine: Engine, image: str, course: Sequence[str]) -> None:
    """Boot a container of the image as kind would and look at all that a cluster needs.

    `course` are the images that it must know besides Kubernetes' own. Raises LabError with
    all that was found wrong. Takes about five seconds.
    """
    clear(engine)
    name = f"lab-smoke-{secrets.token_hex(4)}"
    try:
        trouble = _boot(engine, image, name) or [
            *_commands(engine, name, course),
            *_manifests(engine, name),
        ]
    finally:
        engine.remove(name, check=False)
    if trouble:
        raise LabError(
            "The node image that was built doesn't work, so it wasn't given its name.",
            "\n       ".join(trouble),
            "Run `lab up` again; if it fails again, report it with this output.",
        )


def clear(engine: Engine) -> None:
    """Delete the containers of tests whose process was killed before it could do so."""
    names = engine.run("ps", "-a", "--filter", f"label={_LABEL}", "--format", "{{.Names}}").out
    for name in names.split():
        pid = engine.run("inspect", name, "--format", f'{{{{index .Config.Labels "{_LABEL}"}}}}')
        if not Path(f"/proc/{pid.out.strip()}").exists():
            engine.remove(name)


def _boot(engine: Engine, image: str, name: str) -> list[str]:
    """Start systemd as in a node, wait for containerd; return what is wrong."""
    arguments = ["--privileged", "--cgroupns=private", "--network=none", f"--hostname={name}"]
    mounts = ["--tmpfs=/tmp", "--tmpfs=/run", "--volume=/var"]
    started = engine.run(
        *("run", "--detach", f"--name={name}", f"--label={_LABEL}={os.getpid()}"),
        *(*arguments, *mounts, image),
        check=False,
    )
    if started.code:
        return [f"it doesn't start: {_last(started)}"]
    until = time.monotonic() + _BOOT_SECONDS
    ready = "ctr version && systemctl is-active multi-user.target"
    asked = engine.execute(name, "sh", "-c", ready, check=False)
    while asked.code and time.monotonic() < until:
        if _state(engine, name) != "running":
            return [f"it stops by itself: {_last(engine.run('logs', name, check=False))}"]
        time.sleep(0.1)
        asked = engine.execute(name, "sh", "-c", ready, check=False)
    return [f"containerd doesn't start in it: {_last(asked)}"] if asked.code else []


def _commands(engine: Engine, name: str, course: Sequence[str]) -> list[str]:
    """Run all checks that are commands, in one call; return what is wrong."""
    script = "\n".join([_FUNCTIONS, *_checks(course), "echo done"])
    said = engine.execute(name, "sh", "-s", input=script, timeout=120, check=False)
    lines = said.out.splitlines()
    if "done" not in lines:
        return [f"the checks were cut off: {_last(said)}"]
    return [line.removeprefix(_FAILED) for line in lines if line.startswith(_FAILED)]


def _checks(course: Sequence[str]) -> Iterator[str]:
    facts = versions()
    for path, command in _programs(facts.places()):
        yield _check(path, "bounded", *command)
    for program in ("conntrack", "runc"):
        yield _check(program, "bounded", program, "--version")
    for file in _FILES:
        yield _check(file, "test", "-s", file)
    for unit in facts.units:
        yield _check(f"unit {unit}", "systemctl", "is-enabled", f"{unit}.service")
    for unit in _RUNNING:
        yield _check(f"unit {unit}", "systemctl", "is-active", f"{unit}.service")
    for image in (*facts.images, *course):
        yield _check(f"image {image}", "known", image)
    kubeadm = f"kubeadm config images list --kubernetes-version={facts.kubernetes}"
    yield f'for i in $({kubeadm} 2>/dev/null); do check "image $i of kubeadm" known "$i"; done'
    # One Pod's worth: containerd, its shim and runc, on a snapshot that is a link.
    run = ("bounded", "ctr", "-n", "k8s.io", "run", "--rm", next(iter(facts.images)), "smoke")
    yield _check("a container", *run, "/usr/bin/kubectl", *_VERSION_OF["kubectl"])


def _programs(places: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Return for each path in the image the command that shows that the program is whole."""
    for path in places:
        folder, _, program = path.rpartition("/")
        if program == "node-routes":
            continue  # it takes no arguments; its unit is looked at
        if folder == _CNI_FOLDER:
            yield path, ["env", "CNI_COMMAND=VERSION", f"/{path}"]
        else:
            yield path, [f"/{path}", *_VERSION_OF.get(program, ["--version"])]


def _manifests(engine: Engine, name: str) -> list[str]:
    """Read what kind and the kubelet will read; return what is wrong."""
    trouble = []
    for path in (*_MANIFESTS, *_SETTINGS):
        text = engine.execute(name, "cat", path, check=False)
        trouble += manifest_trouble(path, text.out, _MANIFESTS.get(path, set()))
    return trouble


def manifest_trouble(path: str, text: str, wanted: set[str]) -> list[str]:
    """Return what is wrong with a manifest; `wanted` are objects as Kind/name."""
    try:
        objects = [each for each in yaml.safe_load_all(text) if each is not None]
    except yaml.YAMLError as error:
        return [f"{path}: {' '.join(str(error).split())}"]
    if not objects:
        return [f"{path}: it is empty or missing"]
    if not all(
        isinstance(each, dict) and {"apiVersion", "kind"} <= each.keys() for each in objects
    ):
        return [f"{path}: not every object has an apiVersion and a kind"]
    found = {f"{each['kind']}/{each.get('metadata', {}).get('name')}" for each in objects}
    return [f"{path}: it has no {missing}" for missing in sorted(wanted - found)]


def _state(engine: Engine, name: str) -> str:
    shown = engine.run("container", "inspect", name, check=False)
    try:
        return str(json.loads(shown.out)[0]["State"]["Status"])
    except (ValueError, LookupError):
        return "gone"


def _check(what: str, *command: str) -> str:
    return f"check {shlex.quote(what)} {shlex.join(command)}"


def _last(finished: shell.Finished) -> str:
    lines = (finished.err.strip() or finished.out.strip() or "no word").splitlines()
    return " ".join(lines[-3:])
