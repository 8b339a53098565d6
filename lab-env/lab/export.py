"""`lab export FILE`: everything that a machine without a network needs, in one file."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from importlib.metadata import requires
from pathlib import Path

from lab import carried, debian, paths, shell
from lab.cache import Cache
from lab.courseimages import every_image
from lab.errors import LabError
from lab.nodeimage import assemble, build, programs
from lab.nodeimage.versions import versions
from lab.progress import Progress
from lab.settings import Settings

PROJECT = "statefulset-course"
_DOWNLOAD_SECONDS = 600


def export(settings: Settings, file: Path, progress: Progress) -> None:
    """Write an archive for machines of this kind; what isn't in the cache is made first.

    It takes about 1.5 GB. Raises LabError when a part can't be made or there is no room.
    """
    if not file.absolute().parent.is_dir():
        raise LabError(
            f"{file} can't be written.",
            f"There is no folder {file.absolute().parent}.",
            "Give a file in a folder that exists.",
        )
    made = build.parts(settings, progress)
    place = build.archived(settings, made, progress)
    images = every_image(settings, progress)
    cache = Cache(settings.cache)
    entries = [
        f"{programs.KIND}/{programs.programs_key()}",
        f"debian/{debian.base_key(versions().debian, assemble.PACKAGES)}",
        str(place.relative_to(cache.root)),
        *(str(image.archive.parent.relative_to(cache.root)) for image in images),
    ]
    with tempfile.TemporaryDirectory(prefix="wheels-", dir=settings.cache) as folder:
        with progress.step("download the Python packages"):
            _download(Path(folder))
        with progress.step(f"write {file}"):
            carried.write(file.absolute(), cache, entries, Path(folder))


def _download(folder: Path) -> None:
    """Download what `pip install` of the course asks for, with the tools that build it."""
    project = tomllib.loads((paths.CHECKOUT / "pyproject.toml").read_text())
    wanted = [one for one in requires(PROJECT) or () if "extra ==" not in one]
    wanted += [*project["build-system"]["requires"], "editables"]
    shell.run(
        [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet",
         "--dest", folder, "--constraint", paths.CHECKOUT / "constraints.txt", *wanted],
        timeout=_DOWNLOAD_SECONDS,
    )  # fmt: skip
