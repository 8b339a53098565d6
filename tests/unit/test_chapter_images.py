"""The display of a chapter's images: what it ends as never depends on what there was to do."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from course.chapters import images
from lab import courseimages
from lab.engine import Engine
from lab.settings import Settings

SETTINGS = Settings.from_environment({})


def test_it_ends_as_its_sentence_with_and_without_steps() -> None:
    for steps in ([], ["image a:v1", "load images into the nodes"]):
        widget = SimpleNamespace(value="")
        shown = images.InNotebook(widget, "All there.")
        with shown.shown():
            for name in steps:
                with shown.step(name):
                    pass
        assert widget.value == "All there."


def test_a_failure_leaves_the_steps_in_sight() -> None:
    widget = SimpleNamespace(value="")
    shown = images.InNotebook(widget, "All there.")

    def fail() -> None:
        with shown.shown(), shown.step("image <a>"):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert "✗" in widget.value
    assert "image &lt;a&gt;" in widget.value


def test_a_chapter_without_images_of_its_own_asks_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = courseimages.Recipe(tmp_path, {"versions": ["v1"], "chapters": [5]})
    monkeypatch.setattr(courseimages, "recipes", lambda: [recipe])
    monkeypatch.setattr(images, "load", lambda *_: pytest.fail("the engine was asked"))
    images.put_into_nodes(SETTINGS, Engine("podman"), 1)


def test_a_chapter_s_images_are_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recipe = courseimages.Recipe(tmp_path, {"versions": ["v1"], "chapters": [5]})
    image = courseimages.CourseImage("lab.local/five:v1", tmp_path, "id")
    loaded: list[object] = []
    monkeypatch.setattr(courseimages, "recipes", lambda: [recipe])
    monkeypatch.setattr(courseimages, "chapter_images", lambda *_: [image])
    monkeypatch.setattr(images, "load", lambda _engine, _settings, given, _: loaded.extend(given))
    images.put_into_nodes(SETTINGS, Engine("podman"), 5)
    assert loaded == [image]
