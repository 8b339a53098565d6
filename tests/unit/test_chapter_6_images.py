"""The images of chapter 6."""

from lab import courseimages


def test_what_only_later_chapters_need_is_not_in_the_node_image() -> None:
    chapters = {recipe.name: recipe.chapters for recipe in courseimages.recipes()}
    assert {name: chapters[name] for name in ("mesh", "train", "prometheus")} == {
        "mesh": (6,), "train": (6,), "prometheus": (5, 6)
    }  # fmt: skip
