"""The books: what a ledger tells, what is claimed of it, and its figure."""

import pytest

from course.exercises import ClaimFailedError, claim, created, ready, unready
from course.exercises.books import acknowledged, outage, stood_still, waited_at_most
from course.exercises.session import use
from course.record.ledger import Write, rates, read

LINES = [
    "ack a-0-0 1001.000 1001.010",
    "err a-1 1003.000 StreamLostError lost",
    "ack a-1-0 1002.500 1004.000",
    "ack a-0-1 1005.000 1005.020",
]


@pytest.fixture
def opened(story, tmp_path):
    """A set of one whose Pod is Ready, then not, then Ready again, told to the exercises."""
    use(story.history, lambda _: True, tmp_path / "progress.json")
    story.set("mq", 1)
    story.up("mq-0", owner="mq")
    story.history.mark("from here")
    story.ready("mq-0", yes=False)
    story.ready("mq-0")
    lost, back = (change.time for change in story.history.changes()[-2:])
    return lost, back


def test_a_ledger_is_read_in_the_order_of_time_and_its_litter_passed_over():
    found = read([*reversed(LINES), "ack cut-off 10", "ack x-0-0 no number", "", "end a 1006.0"])
    assert [write.name for write in found.writes] == ["a-0-0", "a-1-0", "a-0-1"]
    assert found.errors == (1003.0,)
    assert found.longest == Write("a-1-0", 1002.5, 1004.0)
    assert [write.name for write in found.since(1004.5).writes] == ["a-0-1"]


def test_rates_count_each_write_in_the_window_of_its_acknowledgement():
    found = rates(read(LINES).writes, 1001.0, 1005.02, width=1.0)
    assert found == [(0.0, 1.0), (1.0, 0.0), (2.0, 0.0), (3.0, 1.0), (4.0, 1.0)]


def between(lost, back):
    return [f"ack a-0-0 {lost + 0.1:.3f} {back - 0.1:.3f}"]


def test_writes_between_two_moments_are_the_evidence(opened, capsys):
    claim("It goes on", acknowledged(between(*opened), unready("mq-0"), ready("mq-0")))
    assert "the first of 1 writes acknowledged" in capsys.readouterr().out


@pytest.mark.parametrize("shift", [-5.0, 5.0])
def test_a_write_before_or_after_does_not_count(opened, shift):
    lost, back = opened
    lines = between(lost + shift, back + shift)
    with pytest.raises(ClaimFailedError, match="No write was acknowledged between"):
        claim("It goes on", acknowledged(lines, unready("mq-0"), ready("mq-0")), timeout=0)


def test_a_moment_that_did_not_come_is_named(opened):
    what = acknowledged(between(*opened), unready("mq-0"), created("mq-1"))
    with pytest.raises(ClaimFailedError, match="did not happen: mq-1 created"):
        claim("It goes on", what, timeout=0)


def test_the_longest_wait_is_held_against_a_bound(opened, capsys):
    lines = [f"ack a-0-0 {opened[0] - 0.5:.3f} {opened[0] + 2.5:.3f}"]
    claim("It is quick", waited_at_most(lines, 5))
    assert "acknowledged after 3.0 s" in capsys.readouterr().out
    with pytest.raises(ClaimFailedError, match=r"A write waited 3\.0 s"):
        claim("It is quick", waited_at_most(lines, 2), timeout=0)


def test_a_pause_of_all_clients_is_seen_and_one_of_a_single_client_is_none(opened):
    lost, _ = opened
    acked = [(0, 0.1), (1, 0.2), (1, 4.0), (0, 8.0)]
    lines = [f"ack a-{who}-0 {lost:.3f} {lost + at:.3f}" for who, at in acked]
    claim("It stands still", stood_still(lines, 3.9))
    with pytest.raises(ClaimFailedError, match=r"The longest pause was 4\.0 s"):
        claim("It stands still", stood_still(lines, 7), timeout=0)


def test_writes_before_the_latest_question_do_not_count(opened):
    lines = [f"ack a-0-0 {opened[0] - 90:.3f} {opened[0] - 50:.3f}"]
    for what in (waited_at_most, stood_still):
        with pytest.raises(ClaimFailedError, match="acknowledged in that time"):
            claim("Something was written", what(lines, 1), timeout=0)


def test_the_figure_says_in_words_what_it_shows(opened):
    _, back = opened
    picture = outage("mq", [f"ack a-0-0 {back + 1.75:.3f} {back + 2.0:.3f}"])
    # The question was one second before mq-0 was lost.
    assert picture.text.startswith(
        "Acknowledged writes over time: the longest wait for one is 0.2 s, from 3.8 s on. "
        "Pods of mq over time: mq-0 created at 0.0 s"
    )
    above, below = picture.figure.axes
    assert max(above.collections[0].get_paths()[0].vertices[:, 1]) == 2.0
    assert [label.get_text() for label in below.get_yticklabels()] == ["mq-0"]
    # Without a change for a while, the Pods are still drawn until the last write.
    assert max(bar.get_x() + bar.get_width() for bar in below.patches) == pytest.approx(4.0)
    assert outage("mq", []).text.startswith("Acknowledged writes over time: none.")
