"""The README's moving picture is what the board draws of the record today."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser

from website.picture import DOCS, last, show, stage

pytestmark = pytest.mark.long
HEAVIEST = 2_000_000  # bytes
#: How far two pictures may differ on average, of 255: other fonts and a lossy format.
ALIKE = 6.0


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures, over all points and colours."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_moving_picture_is_current(browser: Browser, theme: str) -> None:
    file = DOCS / f"rolling-update-{theme}.webp"
    assert file.stat().st_size < HEAVIEST
    with Image.open(file) as kept, stage(browser, theme == "dark") as page:
        count = kept.n_frames
        assert count > 20
        drawn = {0: show(page, 0), count - 1: show(page, last(page))}
        for number, wanted in drawn.items():
            kept.seek(number)
            found = kept.convert("RGB")
            assert found.size == wanted.size, "run `make picture`"
            assert difference(found, wanted) < ALIKE, "run `make picture`"
        # It moves, and the measure sees it.
        assert difference(drawn[0], show(page, last(page) // 2)) > 0.5
