"""The part of docs/style.md that can be counted: how long a sentence and a cell may be."""

import re

import pytest

# The longest that were found to read well; most are half as long.
WORDS_A_SENTENCE = 36
LINES_A_CELL = 18

FENCE = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
TARGET = re.compile(r"\]\([^)]*\)")
TAG = re.compile(r"<[^>]+>")
# A quotation or an emphasis may close after the stop. A blank line, an item of a list, a row of a
# table and a question that opens end a sentence too.
BREAK = re.compile(r"(?<=[.?!:])\s|(?<=[.?!:][\"*)])\s|\n\s*\n|\n\s*[-*|>]|</summary>")


def sentences(text: str) -> list[str]:
    """Return a Markdown text's sentences, with one word for each piece of code."""
    text = TARGET.sub("]", CODE.sub("code", FENCE.sub("", text)))
    return [TAG.sub(" ", piece).strip() for piece in BREAK.split(text) if piece.strip()]


def test_no_sentence_of_a_chapter_is_long(book):
    texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    found = [one for text in texts for one in sentences(text)]
    assert not [one for one in found if len(one.split()) > WORDS_A_SENTENCE]


def test_no_cell_of_a_chapter_is_long(book):
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not [cell.id for cell in cells if cell.source.count("\n") + 1 > LINES_A_CELL]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three: four", ["One.", "Two?", "Three:", "four"]),
        ("Say `kubectl get pods -w` [here](https://example.org/a b)", ["Say code [here]"]),
        ('He said: "I know." She did.', ["He said:", '"I know."', "She did."]),
        ("- one\n- two", ["- one", "two"]),
        ("<summary>Why?</summary>For this.", ["Why?", "For this."]),
        ("```\nnot counted. at all.\n```\nCounted", ["Counted"]),
    ],
)
def test_a_sentence_ends_where_a_reader_takes_breath(text, expected):
    assert sentences(text) == expected
