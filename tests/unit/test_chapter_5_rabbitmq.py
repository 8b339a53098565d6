"""The judges of chapter 5's exercises about the queue, on right, wrong and untouched clusters."""

import pytest

from course.chapters import chapter_5_rabbitmq as chapter
from course.chapters.rabbitmq_nodes import Node, parsed
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
BRIEF = 'rabbitmq_identity_info{rabbitmq_node="rabbit@mq-1",rabbitmq_cluster_permanent_id="id-1"} 1'
DETAILED = """# TYPE rabbitmq_detailed_raft_term_total counter
rabbitmq_detailed_raft_term_total{vhost="/",queue="orders"} 2
rabbitmq_detailed_raft_term_total{raft_cluster="rabbitmq_metadata"} 1
rabbitmq_detailed_queue_messages_ready{vhost="/",queue="orders"} 42
"""


@pytest.fixture
def nodes(monkeypatch):
    """What each node says of itself, for a test to change; a Pod not named does not answer."""
    said = {}
    monkeypatch.setattr(chapter, "ask", said.get)
    return said


@pytest.fixture
def lone(story, nodes):
    """mq-0 and mq-1 in one cluster, mq-2 in another; judged is what happens from now on."""
    story.set("mq", 3)
    for name in ("mq-0", "mq-1", "mq-2"):
        add(story, name)
    nodes["mq-0"] = Node("one", frozenset({"orders"}), {"orders": 42})
    nodes["mq-1"] = Node("one", frozenset({"orders"}))
    nodes["mq-2"] = Node("other")
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def add(story, name, volume=None):
    claim = f"data-{name}"
    if claim not in story.history.snapshot().claims:
        story.claim(claim, volume or f"pvc-{name}")
    story.up(name, owner=name.rpartition("-")[0], claims={"data": claim})


def test_a_node_is_read_from_its_metrics():
    assert parsed(BRIEF, DETAILED) == Node("id-1", frozenset({"orders"}), {"orders": 42})


@pytest.mark.parametrize("page", ["", "<html>", "rabbitmq_identity_info{} 1"])
def test_pages_of_something_else_are_no_node(page):
    assert parsed(page, DETAILED) is None


def test_an_untouched_node_is_still_alone(nodes, lone):
    assert chapter.brought_home(lone()) == NotAttempted("mq-2 is still in a cluster of its own.")


def test_resetting_the_node_that_the_others_forgot_is_right(nodes, lone):
    nodes["mq-2"] = Node("one", frozenset({"orders"}))
    outcome = chapter.brought_home(lone())
    assert isinstance(outcome, Right)
    assert "42 writes" in str(outcome)


def test_a_fresh_volume_is_right_too_once_the_others_have_forgotten(story, nodes, lone):
    story.lose("mq-2")
    story.gone("data-mq-2", CLAIM)
    add(story, "mq-2", "pvc-new")
    nodes["mq-2"] = Node("one", frozenset({"orders"}))
    assert isinstance(chapter.brought_home(lone()), Right)


def test_replacing_the_pod_alone_changes_nothing(story, nodes, lone):
    story.lose("mq-2")
    add(story, "mq-2")
    assert chapter.brought_home(lone()) == Wrong(
        "mq-2 was replaced, and is alone again: its volume says so."
    )


def test_a_fresh_volume_alone_changes_nothing(story, nodes, lone):
    story.lose("mq-2")
    story.gone("data-mq-2", CLAIM)
    add(story, "mq-2", "pvc-new")
    nodes["mq-2"] = Node("a third")
    assert "the others still list it" in chapter.brought_home(lone()).because


def test_emptying_the_others_loses_the_queue(story, nodes, lone):
    story.lose("mq-1")
    story.gone("data-mq-1", CLAIM)
    add(story, "mq-1", "pvc-new")
    assert "the volume of mq-1 is gone" in chapter.brought_home(lone()).because


def test_resetting_one_of_the_two_is_wrong(nodes, lone):
    nodes["mq-1"] = Node("other", frozenset({"orders"}))
    assert "mq-2 was the one" in chapter.brought_home(lone()).because


def test_scaling_the_node_away_is_wrong(story, nodes, lone):
    story.lose("mq-2")
    assert "mq-2 is not there" in chapter.brought_home(lone()).because


def test_a_stopped_program_in_a_ready_pod_does_not_answer(nodes, lone):
    del nodes["mq-2"]
    assert "mq-2 is not there, Ready and answering" in chapter.brought_home(lone()).because


def test_an_empty_queue_and_a_missing_copy_are_told_apart(nodes, lone):
    nodes["mq-2"] = Node("one")
    assert "no copy of orders yet" in chapter.brought_home(lone()).because
    nodes["mq-0"] = Node("one", frozenset({"orders"}))
    assert "orders is empty" in chapter.brought_home(lone()).because


@pytest.fixture
def puzzle(story, nodes):
    """An exercise that has begun, before anything was applied."""
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


def applied(story, publishes=False):
    story.put("Service", "post-pods", spec={"publishNotReadyAddresses": publishes})
    story.put("StatefulSet", "post", spec={"replicas": 3}, metadata={"generation": 1})
    for number in range(3):
        story.pod(f"post-{number}", owner="post")


def waiting(story, name, reason, message=""):
    state = {"waiting": {"reason": reason, "message": message}}
    status = [{"name": "rabbitmq", "restartCount": 0, "state": state}]
    story.change("Pod", name, lambda pod: pod["status"].update(containerStatuses=status))


def edited(story):
    story.change("StatefulSet", "post", lambda one: one["metadata"].update(generation=2))


def test_a_member_more_is_no_mending(story, puzzle):
    applied(story)
    story.change("StatefulSet", "post", lambda one: one["spec"].update(replicas=4))
    assert chapter.mended(puzzle()) == Wrong("post is to have three replicas.")


def test_without_the_puzzle_there_is_nothing_to_judge(puzzle):
    assert "Apply manifests/05" in str(chapter.mended(puzzle()))


def test_the_untouched_puzzle_says_what_holds_up_the_first_pod(story, puzzle):
    applied(story)
    waiting(story, "post-0", "CreateContainerConfigError", "couldn't find key cooky")
    outcome = chapter.mended(puzzle())
    assert isinstance(outcome, NotAttempted)
    assert "couldn't find key cooky" in str(outcome)


def test_a_wrong_key_after_an_edit_is_a_wrong_answer(story, puzzle):
    applied(story)
    edited(story)
    waiting(story, "post-0", "CreateContainerConfigError", "couldn't find key cookies")
    assert "couldn't find key cookies" in chapter.mended(puzzle()).because


def test_a_probe_that_stops_it_too_early_is_named(story, puzzle):
    applied(story)
    edited(story)
    story.running("post-0")
    story.restarted("post-0", "Error", 137)
    assert "post-0 was restarted 1 times" in chapter.mended(puzzle()).because


def test_names_that_come_too_late_are_named(story, puzzle):
    applied(story)
    edited(story)
    story.running("post-0")
    assert "no names before they are Ready" in chapter.mended(puzzle()).because


def test_one_that_only_needs_time_is_not_ready_yet(story, puzzle):
    applied(story, publishes=True)
    edited(story)
    story.running("post-0")
    assert chapter.mended(puzzle()) == Wrong("post-0 is not Ready yet.")


def test_three_clusters_of_one_are_not_one(story, nodes, puzzle):
    ready(story, nodes, ("one", "two", "three"))
    assert "are 3 clusters, not one" in chapter.mended(puzzle()).because


def test_a_smaller_set_is_not_what_was_asked_for(story, nodes, puzzle):
    ready(story, nodes, ("one", "one", "one"))
    story.lose("post-2")
    assert chapter.mended(puzzle()) == Wrong("there is no Pod post-2.")


def test_three_ready_pods_in_one_cluster_are_right(story, nodes, puzzle):
    ready(story, nodes, ("one", "one", "one"))
    assert isinstance(chapter.mended(puzzle()), Right)


def ready(story, nodes, clusters):
    story.set("post", 3)
    for number, cluster in enumerate(clusters):
        story.up(f"post-{number}", owner="post")
        nodes[f"post-{number}"] = Node(cluster)
