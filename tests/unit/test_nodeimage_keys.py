"""What is made anew when a source of the node image changes, and what is not."""

import shutil
from pathlib import Path

import pytest

from lab.courseimages import CourseImage
from lab.nodeimage import assemble, build, programs, versions

WEB = CourseImage("lab.local/web:v1", Path("web.tar"), "1234")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the node image's sources, which the keys are then made from."""
    folder = tmp_path / "node-image"
    shutil.copytree(versions.SOURCE, folder)
    monkeypatch.setattr(programs, "SOURCE", folder)
    monkeypatch.setattr(assemble, "ROOTFS", folder / "rootfs")
    return folder


def keys() -> tuple[str, str, str]:
    return build.base_key(), programs.programs_key(), build.image_key([WEB])


def test_nothing_is_made_anew_when_nothing_changed(source: Path) -> None:
    assert keys() == keys()


def test_changed_routes_are_compiled_and_put_in_place_on_the_same_debian_base(
    source: Path,
) -> None:
    base, compiled, image = keys()
    file = source / "routes" / "routes.go"
    file.write_text(file.read_text() + "\n// changed\n")
    assert keys()[0] == base
    assert keys()[1] != compiled
    assert keys()[2] != image


def test_a_changed_manifest_compiles_nothing(source: Path) -> None:
    base, compiled, image = keys()
    file = source / "rootfs" / "kind" / "manifests" / "default-cni.yaml"
    file.write_text(file.read_text() + "\n# changed\n")
    assert keys()[:2] == (base, compiled)
    assert keys()[2] != image


def test_changed_tests_and_notes_make_nothing_anew(source: Path) -> None:
    before = keys()
    (source / "routes" / "more_test.go").write_text("package routes\n")
    (source / "NOTES.md").write_text("A note.\n")
    assert keys() == before


def test_another_pinned_module_compiles_anew(source: Path) -> None:
    before = keys()
    (source / "go.sum").write_text("")
    assert keys()[1] != before[1]


def test_a_changed_course_image_makes_another_node_image() -> None:
    changed = CourseImage(WEB.reference, WEB.archive, "5678")
    assert build.image_key([WEB]) != build.image_key([changed])
    assert build.image_key([WEB]) != build.image_key([])


def test_the_reference_tells_the_kubernetes_version() -> None:
    name = f"lab.local/node:{versions.versions().kubernetes}-{build.image_key([WEB])}"
    assert build.reference([WEB]) == name
