"""`lab up`: from whatever there is to a lab that works."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lab import carried, checks, cluster, guard, install, nodes, ready, state
from lab.cache import Cache, remove_tree
from lab.courseimages import CourseImage, course_images
from lab.engine import Engine, NoEngine, find
from lab.errors import LabError
from lab.load import load
from lab.nodeimage import choose, programs
from lab.progress import Progress
from lab.settings import Settings
from lab.together import together


def up(settings: Settings, progress: Progress) -> state.Record:
    """Make the lab, or make it work again, and return its record.

    Each step can be cut off: the next ``up`` goes on from what is whole and throws away the
    rest. Raises LabError, with what to do, if the lab can't be made to work.
    """
    started = time.monotonic()
    engine = working_engine(settings, progress)
    record = state.read(settings)
    states = engine.containers(settings.name)
    whole = record is not None and _can_go_on(settings, engine, states, record)
    if record is not None and whole:
        _same_gates(settings, record)
    if record is None or not whole or not nodes.all_run(settings, states):
        with progress.step("check the machine"):
            cluster.refuse_others(settings, engine)
            checks.stop_at_trouble(settings, engine)
    if record is None or not whole:
        record = _make(settings, engine, progress)
    else:
        _go_on(settings, engine, states, progress)
    record.phase = "ready"
    record.seconds = {**progress.seconds, "all": round(time.monotonic() - started, 2)}
    state.write(settings, record)
    return record


def up_from(settings: Settings, archive: Path, progress: Progress) -> state.Record:
    """Make the lab from an archive that `lab export` wrote; nothing is asked of the network.

    Raises LabError for an archive that is damaged, or made for another course or machine.
    """
    with progress.step(f"take over what {archive} holds"):
        carried.read(archive, Cache(settings.cache))
    return up(replace(settings, images="build"), progress)


def start(settings: Settings, progress: Progress) -> state.Record:
    """Start a lab that was stopped. Raises LabError if there is none."""
    engine = find(settings)
    record = state.read(settings)
    states = engine.containers(settings.name)
    if record is None or not _can_go_on(settings, engine, states, record):
        raise LabError(
            f"There is no whole lab named {settings.name} to start.",
            "It was never up, or some of its containers are gone.",
            "Run `lab up`.",
        )
    _go_on(settings, engine, states, progress)
    return record


def stop(settings: Settings, progress: Progress) -> None:
    """Stop the lab's nodes; ``start`` brings them back with their data."""
    engine = find(settings)
    states = engine.containers(settings.name)
    nodes.check_all_there(settings, states)
    with progress.step("stop the nodes"):
        nodes.revive(engine, states)  # a paused node can't be stopped in order
        # The control plane last: the others say goodbye to it.
        engine.stop([*nodes.names(settings)[1:], nodes.names(settings)[0]])


def working_engine(settings: Settings, progress: Progress) -> Engine:
    """Return the engine that works here; installs podman where none does and root may."""
    try:
        return find(settings)
    except NoEngine as trouble:
        install.engine(settings, trouble, progress)
        return find(settings)


def _can_go_on(
    settings: Settings, engine: Engine, states: Mapping[str, str], record: state.Record
) -> bool:
    return (
        record.phase == "ready"
        and record.provider == engine.provider
        and settings.kubeconfig.exists()
        and (settings.bin / "kubectl").exists()
        and nodes.all_there(settings, states)
    )


def _same_gates(settings: Settings, record: state.Record) -> None:
    """Raise LabError if other feature gates are asked for than the cluster was made with."""
    asked, has = dict(settings.feature_gates), record.feature_gates
    if asked and asked != has:
        made = ", ".join(f"{name}={str(on).lower()}" for name, on in has.items()) or "none set"
        raise LabError(
            f"The lab {settings.name} was made with other feature gates: {made}.",
            "A cluster gets its gates when it is made.",
            "Run `lab down`, then `lab up` again, or leave LAB_FEATURE_GATES out.",
        )


def _go_on(
    settings: Settings, engine: Engine, states: Mapping[str, str], progress: Progress
) -> None:
    images = course_images(settings, progress)
    woken = nodes.wake(settings, engine, states, progress)
    _write_kubeconfig_if_lost(settings, engine)
    jobs: dict[str, Callable[[], object]] = {
        "guard": lambda: _guarded(settings, progress),
        "images": lambda: load(engine, settings, images, progress),
        "nodes": lambda: _nodes_ready(settings, progress),
        "dns": lambda: _dns_answers(settings, engine, nodes.names(settings)[1:2], progress),
    }
    together(**jobs)
    if woken:
        _storage_works(settings, progress)


def _guarded(settings: Settings, progress: Progress) -> None:
    with progress.step("check that it is this lab's cluster"):
        guard.wait(settings)


def _nodes_ready(settings: Settings, progress: Progress) -> str:
    with progress.step("wait for the nodes"):
        return ready.nodes(settings, nodes.names(settings))


def _dns_answers(settings: Settings, engine: Engine, names: list[str], progress: Progress) -> None:
    with progress.step("wait for DNS"):
        ready.dns(settings, engine, names)


def _storage_works(settings: Settings, progress: Progress) -> None:
    with progress.step("wait for storage"):
        ready.storage(settings, nodes.names(settings)[1])


def _make(settings: Settings, engine: Engine, progress: Progress) -> state.Record:
    with progress.step("clear what is left of an earlier lab"):
        cluster.delete(settings, engine)
        remove_tree(settings.folder)
    record = state.new(settings, engine.provider)
    identity = record.identity
    state.write(settings, record)
    image, images = _images(settings, engine, progress)
    _link_programs(settings, engine, image.reference, progress)
    record.node_image, record.node_image_source = image.reference, image.source
    state.write(settings, record)
    with progress.step("create the nodes") as step:
        cluster.create(settings, engine, image.reference, step)
    guard.check_kubeconfig(settings)
    # Side by side: each mostly waits for the cluster's answer.
    jobs: dict[str, Callable[[], object]] = {
        "identity": lambda: guard.mark(settings, identity),
        "images": lambda: load(engine, settings, images, progress, alike=True),
        "nodes": lambda: _nodes_ready(settings, progress),
        "storage": lambda: _storage_works(settings, progress),
        "dns": lambda: _dns_answers(settings, engine, nodes.names(settings), progress),
    }
    record.kubernetes = str(together(**jobs)["nodes"])
    return record


def _images(
    settings: Settings, engine: Engine, progress: Progress
) -> tuple[choose.NodeImage, list[CourseImage]]:
    # Side by side: on a bare machine both take minutes.
    jobs: dict[str, Callable[[], Any]] = {
        "node": lambda: choose.node_image(settings, engine, progress),
        "course": lambda: course_images(settings, progress),
    }
    made = together(**jobs)
    return made["node"], made["course"]


def _link_programs(settings: Settings, engine: Engine, image: str, progress: Progress) -> None:
    """Put the lab's kind and kubectl where the lab and the notebooks find them."""
    found = {
        "kind": programs.kind_binary(settings, progress),
        "kubectl": programs.kubectl_binary(settings, engine, image, progress),
    }
    settings.bin.mkdir(parents=True, exist_ok=True)
    for name, program in found.items():
        link = settings.bin / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)


def _write_kubeconfig_if_lost(settings: Settings, engine: Engine) -> None:
    try:
        guard.check_kubeconfig(settings)
    except LabError:
        settings.kubeconfig.unlink(missing_ok=True)
        cluster.write_kubeconfig(settings, engine)
