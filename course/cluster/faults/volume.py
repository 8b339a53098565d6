"""A fault of a volume: really full, without filling this machine's disk.

A local volume is a folder of its node and has no size that holds. So a small file system
of the claim's size is put over the folder, in the container's own view of it alone, with
what the folder held, and is filled up. The program gets the kernel's own ENOSPC.
"""

from __future__ import annotations

from course.cluster.faults import open_files, scripts
from course.cluster.faults.base import (
    Fault,
    Pod,
    container_of,
    find_pod,
    running_id,
    same,
    status_of,
)
from course.cluster.faults.containers import in_bytes
from course.cluster.kinds import CLAIM
from course.cluster.session import Session, current
from lab.errors import LabError

OPEN_FILES = 77
LARGEST = 256 * 2**20
"""The small file system is held in memory, so a large claim gets this much, in bytes."""


def fill_volume(pod: str, volume: str | None = None, *, works: str | None = None) -> Fault:
    """Fill a Pod's volume (the one named, or the first that a claim stands behind).

    Every write to it then fails with "No space left on device". `undo` makes room again
    and carries over what was changed meanwhile. A restart of the container undoes it too.
    A program that keeps files of the volume open, as a database does, is killed and started
    again at both ends, or it would go on with the old files: see `open_files`. There ``works``
    is a shell command of its container that succeeds once the program works again: a Pod may be
    Ready before that.
    """
    session = current()
    found = find_pod(session, pod)
    volume, claim = _claimed(found, volume)
    container, path = _mounted(found, volume)
    running = running_id(found, container)
    size = min(LARGEST, _size(session, claim))
    node = found["spec"]["nodeName"]
    what = f"the volume {volume} of {pod} is full"
    done = scripts.run(session, node, FILL, running, path, str(size))
    if done.code == OPEN_FILES:
        return Fault(what, open_files.fill(session, found, container, path, size, works))
    scripts.check(done, path)

    def undo() -> None:
        there = same(session, found)
        if there and status_of(there, container).get("containerID", "").endswith(running):
            scripts.check(scripts.run(session, node, EMPTY, running, path), path)

    return Fault(what, undo)


# $1 is the container's ID, $2 the path in it. The program stands still meanwhile, so that
# nothing is written between a copy and the mount or umount that makes it count.
FROZEN = """
pid=$(ctr -n k8s.io task ls | awk -v id="$1" '$1 == id {print $2}')
test -n "$pid"
inside=/proc/$pid/root$2
work=$(mktemp -d)
trap 'ctr -n k8s.io task resume "$1"; rm -rf "$work"' EXIT
ctr -n k8s.io task pause "$1"
"""
# A file that is open stays the old one, on the disk: the fault would miss it, and undoing it
# would write an old copy over it.
FILL = f"""{FROZEN}
if grep -q "^fault $2 " /proc/$pid/mounts; then exit 0; fi
for other in /proc/[0-9]*; do
    if [ "$(readlink $other/ns/mnt)" = "$(readlink /proc/$pid/ns/mnt)" ] &&
        ls -l $other/fd | grep -q -- "-> $2/"; then exit {OPEN_FILES}; fi
done
cp -a "$inside/." "$work/"
owner=$(stat -c 'uid=%u,gid=%g,mode=%a' "$inside")
mount -N "$pid" -t tmpfs -o "size=$3,$owner" fault "$2"
cp -a "$work/." "$inside/"
{scripts.filling("$inside")}"""
EMPTY = f"""{FROZEN}
if ! grep -q "^fault $2 " /proc/$pid/mounts; then exit 0; fi
rm -f "$inside/{scripts.FILLER}"
cp -a "$inside/." "$work/"
umount -n -N "$pid" "$2" || exit {OPEN_FILES}
find "$inside" -mindepth 1 -delete
cp -a "$work/." "$inside/"
"""


def _claimed(pod: Pod, volume: str | None) -> tuple[str, str]:
    """Return a volume's name and its claim's; raises LabError without such a volume."""
    claimed: dict[str, str] = {
        each["name"]: each["persistentVolumeClaim"]["claimName"]
        for each in pod["spec"].get("volumes", [])
        if "persistentVolumeClaim" in each
    }
    name = volume or next(iter(claimed), None)
    if name is not None and name in claimed:
        return name, claimed[name]
    raise LabError(
        f"{pod['metadata']['name']} has no volume {name or 'with a claim'}.",
        f"Its volumes with a claim: {', '.join(claimed) or 'none'}.",
        "Name one of these.",
    )


def _mounted(pod: Pod, volume: str) -> tuple[str, str]:
    """Return the first container that mounts the volume, and where."""
    for container in pod["spec"]["containers"]:
        for mount in container.get("volumeMounts", []):
            if mount["name"] == volume:
                return container_of(pod, container["name"])["name"], mount["mountPath"]
    raise LabError(
        f"No container of {pod['metadata']['name']} mounts {volume}.",
        "A volume that nobody mounts can't be written to, full or not.",
        "Add it to the container's volumeMounts.",
    )


def _size(session: Session, claim: str) -> int:
    found = session.connection.get(CLAIM, claim, session.namespace)
    return in_bytes(found["spec"]["resources"]["requests"]["storage"])
