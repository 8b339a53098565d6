"""The judge of the exercise on an update of the database, by what its clients saw."""

import pytest

from course.chapters.chapter_5_update import PATIENCE_SECONDS, updated
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

MEMBERS = ("pg-0", "pg-1", "pg-2")


def role(story, name, said):
    def change(pod):
        pod["metadata"]["labels"]["role"] = said

    story.change("Pod", name, change)


def probing(path):
    return {"containers": [{"name": "postgres", "livenessProbe": {"httpGet": {"path": path}}}]}


def template(story):
    def change(thing):
        thing["spec"]["template"] = {"spec": probing("/liveness")}

    story.change("StatefulSet", "pg", change)


def probe(story, name, path="/liveness"):
    story.change("Pod", name, lambda pod: pod["spec"].update(probing(path)))


def renewed(story, name):
    story.lose(name)
    story.up(name, owner="pg")
    probe(story, name)


@pytest.fixture
def begun(story):
    """pg-0 is the primary when the exercise begins; returns an attempt with a ledger."""
    story.set("pg")
    for name in MEMBERS:
        story.up(name, owner="pg")
        probe(story, name, "/readiness")
        role(story, name, "primary" if name == "pg-0" else "replica")
    mark = story.history.mark("exercise")
    return lambda lines=None: Attempt(Span.of(story.history, mark.index, 0.0), lines)


@pytest.fixture
def well_done(story, begun):
    """Replicas first, a handover, then the old primary; each member is new and Ready."""
    template(story)
    renewed(story, "pg-1")
    renewed(story, "pg-2")
    role(story, "pg-0", "replica")
    role(story, "pg-2", "primary")
    renewed(story, "pg-0")
    role(story, "pg-0", "replica")
    return begun


def book(attempt, wait=0.1, first=0.0, last=1.0):
    """Writes from before the first change of the attempt until after its last, in Unix seconds."""
    changes = attempt.span.changes
    begins, ends = changes[0].time + first, changes[-1].time + last
    return [
        f"ack patient-0-0 {begins:.3f} {begins:.3f}",
        f"ack patient-0-1 {begins:.3f} {begins + wait:.3f}",
        f"ack patient-0-2 {ends:.3f} {ends:.3f}",
    ]


def test_in_order_and_with_clients_that_never_waited_long_it_is_right(well_done):
    found = updated(well_done(book(well_done())))
    assert isinstance(found, Right)
    assert "0.1 s" in found.because


def test_without_a_change_of_the_template_nothing_was_tried(begun):
    assert isinstance(updated(begun([])), NotAttempted)


def test_a_write_that_waited_too_long_is_an_outage(well_done):
    found = updated(well_done(book(well_done(), wait=PATIENCE_SECONDS + 0.5)))
    assert isinstance(found, Wrong)
    assert "5.5 s" in found.because


@pytest.mark.parametrize("answer", [None, "ack", [1, 2], {}])
def test_without_the_ledger_nobody_can_tell(well_done, answer):
    assert "ledger is missing" in updated(well_done(answer)).because


@pytest.mark.parametrize("times", [{"first": 1000.0, "last": 2000.0}, {"last": -1000.0}])
def test_clients_that_began_late_or_stopped_early_tell_nothing(well_done, times):
    found = updated(well_done(book(well_done(), **times)))
    assert "did not write all the time" in found.because


def test_members_that_had_the_probe_before_are_no_update(story, begun):
    template(story)
    for name in MEMBERS:
        probe(story, name)
    assert "had this probe before" in updated(begun(book(begun()))).because


def test_a_member_that_is_still_the_old_one_is_named(story, begun):
    template(story)
    renewed(story, "pg-1")
    assert updated(begun(book(begun()))).because.startswith("pg-0 has not got")


def test_a_primary_that_moves_with_each_pod_is_counted(story, begun):
    template(story)
    for name, heir in (("pg-2", "pg-0"), ("pg-1", "pg-2"), ("pg-0", "pg-1")):
        renewed(story, name)
        role(story, heir, "primary")
    found = updated(begun(book(begun())))
    assert "moved 2 times" in found.because
