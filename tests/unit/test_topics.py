"""docs/topics.md sends its readers to sections that exist, and to all topics."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "topics.md").read_text().splitlines()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in LINES
    if line.startswith("|") and not line.startswith("|---")
]
TOPICS = [row for row in ROWS if row[0].isdigit()]
TOPIC_COUNT = 39


def headings(chapter: str) -> set[str]:
    (file,) = (ROOT / "notebooks").glob(f"0{chapter}-*.ipynb")
    texts = [
        "".join(cell["source"])
        for cell in json.loads(file.read_text())["cells"]
        if cell["cell_type"] == "markdown"
    ]
    return {found for text in texts for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("row", [row for row in ROWS if row[-1] != "where"], ids=lambda row: row[0])
def test_each_place_is_a_section_of_that_chapter(row):
    for place in row[-1].split("; "):
        chapter, _, heading = place.partition(" ")
        assert heading in headings(chapter), f"chapter {chapter} has no section {heading!r}"


def test_no_topic_is_left_out():
    assert [int(row[0]) for row in TOPICS] == list(range(1, TOPIC_COUNT + 1))
