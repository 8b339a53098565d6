"""Image archives: the same bytes for the same input, and one archive out of several."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from lab import archive
from lab.errors import LabError


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "web").write_text("a program")
    os.link(root / "bin" / "web", root / "bin" / "web2")
    (root / "empty").mkdir()
    (root / "link").symlink_to("bin/web")
    return root


@pytest.fixture
def layer(tmp_path: Path, files: Path) -> Path:
    path = tmp_path / "layer.tar"
    archive.layer(path, files)
    return path


def contents(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {
            member.name: content.read() if (content := tar.extractfile(member)) else b""
            for member in tar
        }


def test_a_layer_has_the_same_bytes_whatever_the_times_of_its_files(
    tmp_path: Path, files: Path, layer: Path
) -> None:
    os.utime(files / "bin" / "web", (1, 1))
    again = tmp_path / "again.tar"
    archive.layer(again, files)
    assert again.read_bytes() == layer.read_bytes()


def test_a_layer_differs_when_a_file_differs(tmp_path: Path, files: Path, layer: Path) -> None:
    (files / "bin" / "web").write_text("another program")
    again = tmp_path / "again.tar"
    archive.layer(again, files)
    assert again.read_bytes() != layer.read_bytes()


def test_a_layer_keeps_hard_links_and_symbolic_links_and_empty_folders(layer: Path) -> None:
    with tarfile.open(layer) as tar:
        assert tar.getmember("bin/web2").islnk()
        assert tar.getmember("link").issym()
        assert tar.getmember("empty").isdir()


def test_an_archive_names_its_image_and_holds_its_configuration(
    tmp_path: Path, layer: Path
) -> None:
    path = tmp_path / "web.tar"
    archive.write(path, "lab.local/web:v1", layer, {"Entrypoint": ["/bin/web"]})
    found = contents(path)
    (entry,) = json.loads(found[archive.MANIFEST])
    assert entry["RepoTags"] == ["lab.local/web:v1"]
    assert json.loads(found[entry["Config"]])["config"] == {"Entrypoint": ["/bin/web"]}
    assert found[entry["Layers"][0]] == layer.read_bytes()


def test_an_archive_has_the_same_bytes_for_the_same_input(tmp_path: Path, layer: Path) -> None:
    first, second = tmp_path / "1.tar", tmp_path / "2.tar"
    for path in (first, second):
        archive.write(path, ["lab.local/a:v1", "lab.local/b:v1"], layer, {"Cmd": ["x"]})
    assert first.read_bytes() == second.read_bytes()
    assert archive.references(first) == ["lab.local/a:v1", "lab.local/b:v1"]


def test_merged_archives_hold_every_image_and_a_shared_layer_once(
    tmp_path: Path, layer: Path
) -> None:
    one, two, merged = (tmp_path / f"{name}.tar" for name in ("one", "two", "merged"))
    archive.write(one, "lab.local/web:v1", layer, {"Env": ["V=1"]})
    archive.write(two, "lab.local/web:v2", layer, {"Env": ["V=2"]})
    archive.merge(merged, [one, two])
    assert archive.references(merged) == ["lab.local/web:v1", "lab.local/web:v2"]
    with tarfile.open(merged) as tar:
        assert len(tar.getnames()) == 4  # the layer, two configurations, the manifest


def test_a_layer_that_is_a_symbolic_link_in_its_archive_is_merged_as_a_file(
    tmp_path: Path,
) -> None:
    """Older engines write a layer that two images share as a link to the first one's file."""
    root, merged = tmp_path / "saved", tmp_path / "merged.tar"
    (root / "first").mkdir(parents=True)
    (root / "second").mkdir()
    (root / "first" / "layer.tar").write_bytes(b"layer")
    (root / "second" / "layer.tar").symlink_to("../first/layer.tar")
    (root / "config.json").write_text("{}")
    entry = {"Config": "config.json", "RepoTags": ["a:v1"], "Layers": ["second/layer.tar"]}
    (root / archive.MANIFEST).write_text(json.dumps([entry]))
    saved = tmp_path / "saved.tar"
    with tarfile.open(saved, "w") as tar:
        for path in sorted(root.rglob("*")):
            tar.add(path, str(path.relative_to(root)), recursive=False)
    archive.merge(merged, [saved])
    assert contents(merged)["second/layer.tar"] == b"layer"


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\0" * 10240])
def test_a_file_that_is_no_image_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.tar"
    path.write_bytes(content)
    with pytest.raises(LabError, match="can't be read as an archive"):
        archive.merge(tmp_path / "merged.tar", [path])


def test_an_archive_cut_off_in_a_layer_is_refused(tmp_path: Path, layer: Path) -> None:
    path = tmp_path / "web.tar"
    archive.write(path, "lab.local/web:v1", layer, {})
    path.write_bytes(path.read_bytes()[:2048])
    with pytest.raises(LabError, match="can't be read as an archive"):
        archive.references(path)
