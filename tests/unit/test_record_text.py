"""Text of the cluster is made fit to be shown, and keeps what it says."""

import pytest

from course.record.text import plain, short_quotes

LONG = "n" * 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web-0 is Ready: 100 %", "web-0 is Ready: 100 %"),
        ("größer als 3 ✓", "größer als 3 ✓"),
        ("one\ntwo\ttabs", "one two tabs"),
        ("\x1b[31mred\x07", " [31mred "),
        ("\u202edlrow\u2028\x00", " dlrow  "),
        ("123456789012345678901234567890X", "12345678901234567890123456789…"),
    ],
)
def test_what_can_not_be_seen_is_taken_out_and_what_is_too_long_is_cut(text, shown):
    assert plain(text, 30) == shown


def test_a_long_name_in_quotes_is_cut_each_time():
    said = f'Pod "{LONG}" is invalid: metadata.name: Invalid value: "{LONG}": too long'
    cut = f'"{"n" * 63}…"'
    assert (
        short_quotes(said) == f"Pod {cut} is invalid: metadata.name: Invalid value: {cut}: too long"
    )


def test_what_stands_between_two_names_is_kept():
    said = f'pods "a" is forbidden: {" ".join(["because"] * 20)}: serviceaccount "b" not found'
    assert short_quotes(said) == said
