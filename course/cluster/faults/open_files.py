"""A full volume for a program that keeps its files open, as a database does.

An open file stays the file that it is: a file system put over the folder would not reach it.
So the program is killed while the folder is changed for a small file system with the same
content. The kubelet starts it again, as after a crash, and it opens its files there.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from course.cluster.faults import scripts
from course.cluster.faults.base import BACK_SECONDS, Pod, is_ready, running_id, same, status_of
from course.cluster.session import Session, until
from lab.errors import LabError
from lab.kubectl import Kubectl

#: A program must be able to start on it: of so many parts of the small file system one is free.
PARTS = 16
TOO_FULL = 78
WORK_SECONDS = 60.0


def fill(
    session: Session, pod: Pod, container: str, path: str, size: int, works: str | None
) -> Callable[[], None]:
    """Fill the volume at a path of a container; return what makes room and puts it back.

    ``size`` is that of the small file system, in bytes. The container is started again, in the
    same Pod, once now and once when it is undone. It is filled when the Pod is Ready and the
    command ``works`` succeeds in the container. Raises LabError when the volume holds too much.
    """
    node = pod["spec"]["nodeName"]
    running = running_id(pod, container)
    source = _source(session, node, running, path)
    room = size // PARTS
    done = scripts.run(session, node, SWAP, running, source, str(size), str(room))
    if done.code == TOO_FULL:
        raise LabError(
            f"The volume at {path} holds too much for this fault.",
            f"What it holds, and {room // 2**20} MiB more, must fit into {size // 2**20} MiB.",
            "Make the program's data smaller, or ask for more in the claim.",
        )
    scripts.check(done, path)

    def undo() -> None:
        there = same(session, pod)
        # With the Pod the kubelet took its mounts away, and the next Pod has the disk again.
        if there is None:
            return
        before = str(status_of(there, container).get("containerID", "")).rpartition("/")[2]
        scripts.check(scripts.run(session, node, PUT_BACK, before, source), path)
        _wait_for_next(session, pod, container, before)

    try:
        _wait_for_next(session, pod, container, running)
        if works is not None:
            _wait_for_work(session, pod, container, works)
        scripts.check(scripts.run(session, node, FILL, source), path)
    except BaseException:  # an interrupt, too: nobody else could put it back
        undo()
        raise
    return undo


# $1 is the container's ID, $2 the folder behind its volume. The program stands still while the
# folder is copied. Then every process of it gets its SIGKILL before any goes on: one that ran on
# for a moment would write to the old folder, and tell somebody that it did.
STANDSTILL = """
pid=$(ctr -n k8s.io task ls | awk -v id="$1" '$1 == id && $3 == "RUNNING" {print $2}')
work=$(mktemp -d)
end() {
    if [ -n "$pid" ]; then
        inside=$(readlink "/proc/$pid/ns/pid")
        for other in /proc/[0-9]*; do
            [ "$(readlink "$other/ns/pid")" != "$inside" ] || kill -9 "${other#/proc/}" || true
        done
        ctr -n k8s.io task resume "$1" || true
    fi
    rm -rf "$work"
}
if [ -n "$pid" ]; then ctr -n k8s.io task pause "$1"; fi
"""
SWAP = f"""{STANDSTILL}
used=$(du -s -B1 "$2" | cut -f1)
if [ $((used + $4)) -gt "$3" ]; then
    rm -rf "$work"; ctr -n k8s.io task resume "$1"; exit {TOO_FULL}
fi
trap 'end "$1"' EXIT
cp -a "$2/." "$work/"
mount -t tmpfs -o "size=$3,$(stat -c 'uid=%u,gid=%g,mode=%a' "$2")" fault "$2"
cp -a "$work/." "$2/"
"""
FILL = "\n" + scripts.filling("$1")
PUT_BACK = f"""
if ! grep -q "^fault $2 " /proc/mounts; then exit 0; fi
{STANDSTILL}
trap 'end "$1"' EXIT
rm -f "$2/{scripts.FILLER}"
cp -a "$2/." "$work/"
umount "$2"
find "$2" -mindepth 1 -delete
cp -a "$work/." "$2/"
"""


def _source(session: Session, node: str, container: str, path: str) -> str:
    """Return the folder of the node that a container sees at a path."""
    words = ("ctr", "-n", "k8s.io", "containers", "info", container)
    found = json.loads(session.engine.execute(node, *words).out)
    mounts = {mount["destination"]: mount["source"] for mount in found["Spec"]["mounts"]}
    return str(mounts[path])


def _wait_for_next(session: Session, pod: Pod, container: str, old: str) -> None:
    """Wait until the Pod is Ready with another container than the old one, or is gone."""

    def there() -> bool:
        found = same(session, pod)
        if found is None:
            return True
        status = status_of(found, container)
        another = not old or not str(status.get("containerID", "")).endswith(old)
        return another and "running" in status.get("state", {}) and is_ready(found)

    until(f"{pod['metadata']['name']} being Ready again", BACK_SECONDS, there)


def _wait_for_work(session: Session, pod: Pod, container: str, works: str) -> None:
    """Wait until a command succeeds in a container: its program is really there again."""
    name = pod["metadata"]["name"]
    kubectl = Kubectl(session.connection.settings)
    words = ("-n", session.namespace, "exec", name, "-c", container, "--", "sh", "-c", works)
    until(
        f"`{works}` succeeding in {name}",
        WORK_SECONDS,
        lambda: kubectl.run(*words, check=False).code == 0,
    )
