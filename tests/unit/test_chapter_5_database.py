"""The judges of chapter 5's exercises on the database."""

import pytest

from course.chapters.chapter_5_database import accused, handed_over, mended, probed
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span


@pytest.fixture
def begun(story):
    """Marks the beginning of the exercise; returns what makes an attempt of what followed."""

    def begin():
        mark = story.history.mark("exercise")
        return lambda: Attempt(Span.of(story.history, mark.index, 0.0))

    return begin


def role(story, name, said):
    def change(pod):
        pod["metadata"]["labels"]["role"] = said

    story.change("Pod", name, change)


@pytest.fixture
def cluster(story, begun):
    """pg-0 is the primary of three when the exercise begins."""
    story.set("pg")
    for name in ("pg-0", "pg-1", "pg-2"):
        story.up(name, owner="pg")
        role(story, name, "primary" if name == "pg-0" else "replica")
    return begun()


def test_a_switchover_is_right(story, cluster):
    assert isinstance(handed_over(cluster()), NotAttempted)
    role(story, "pg-0", "replica")
    assert "nobody is the primary" in handed_over(cluster()).because
    role(story, "pg-2", "primary")
    assert handed_over(cluster()) == Right("pg-2 took over from pg-0, in good order.")


def test_a_failover_by_deleting_the_primary_is_no_switchover(story, cluster):
    story.lose("pg-0")
    role(story, "pg-1", "primary")
    story.up("pg-0", owner="pg")
    assert "pg-0 was replaced" in handed_over(cluster()).because


def test_a_failover_by_killing_the_primary_is_no_switchover(story, cluster):
    story.restarted("pg-0", "Error")
    role(story, "pg-0", "replica")
    role(story, "pg-1", "primary")
    assert "container of pg-0 was restarted" in handed_over(cluster()).because


def test_labelling_a_second_primary_by_hand_is_wrong(story, cluster):
    role(story, "pg-1", "primary")
    assert "both have the label" in handed_over(cluster()).because


def test_without_a_primary_at_the_start_it_has_to_be_begun_again(story, begun):
    attempt = begun()
    assert "Begin it again" in handed_over(attempt()).because


RIGHT = {
    "startupProbe": {"httpGet": {"path": "/started"}, "periodSeconds": 1, "failureThreshold": 60},
    "readinessProbe": {"httpGet": {"path": "/ready"}},
    "livenessProbe": {"httpGet": {"path": "/live"}, "periodSeconds": 5, "failureThreshold": 3},
}


def desk(story, **probes):
    container = {"name": "web", **{kind: probe for kind, probe in probes.items() if probe}}
    story.put(
        "StatefulSet",
        "desk",
        spec={"replicas": 2, "template": {"spec": {"containers": [container]}}},
        status={"updateRevision": "desk-new"},
    )


def test_three_probes_that_ask_three_questions_are_right(story, begun):
    attempt = begun()
    assert isinstance(probed(attempt()), NotAttempted)
    desk(story)
    assert isinstance(probed(attempt()), NotAttempted)
    desk(story, **RIGHT)
    assert "not all Pods" in probed(attempt()).because
    for name in ("desk-0", "desk-1"):
        story.up(name, owner="desk", revision="desk-new")
    assert isinstance(probed(attempt()), Right)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"startupProbe": None}, "no startupProbe"),
        ({"readinessProbe": None}, "no readinessProbe"),
        ({"livenessProbe": None}, "no livenessProbe"),
        ({"livenessProbe": {"httpGet": {"path": "/ready"}}}, "being busy would get it killed"),
        ({"readinessProbe": {"httpGet": {"path": "/live"}}}, "/ready answers its question"),
        ({"readinessProbe": {"tcpSocket": {"port": 8080}}}, "asks no path"),
        ({"startupProbe": {"httpGet": {"path": "/started"}, "periodSeconds": 5}}, "after 15 s"),
        (
            {"livenessProbe": {"httpGet": {"path": "/live"}, "failureThreshold": 1}},
            "an outage of its own",
        ),
    ],
)
def test_a_probe_that_asks_the_wrong_question_is_told(story, begun, change, said):
    attempt = begun()
    desk(story, **{**RIGHT, **change})
    assert said in probed(attempt()).because


@pytest.mark.parametrize(
    ("revision", "restarts", "ready", "said"),
    [
        ("desk-old", 0, True, "still the old one"),
        ("desk-new", 1, True, "was restarted before"),
        ("desk-new", 0, False, "not Ready yet"),
    ],
)
def test_probes_that_no_pod_has_yet_or_that_kill_are_told(
    story, begun, revision, restarts, ready, said
):
    attempt = begun()
    desk(story, **RIGHT)
    for name in ("desk-0", "desk-1"):
        story.up(name, owner="desk", revision=revision)
        story.ready(name, ready)
        for _ in range(restarts):
            story.restarted(name, "Error")
    assert said in probed(attempt()).because


@pytest.fixture
def shop(story, begun):
    """shop as it is applied: two Pods that don't run, a Service that leads to nobody."""
    story.put("StatefulSet", "shop", spec={"replicas": 2})
    story.put("Service", "shop")
    for name in ("shop-0", "shop-1"):
        story.claim(f"data-{name}", f"pvc-{name}")
        story.pod(name, owner="shop")
    return begun()


def mend(story, *, replaced=True):
    for name in ("shop-0", "shop-1"):
        if replaced:
            story.lose(name)
        story.up(name, owner="shop")
    role(story, "shop-1", "primary")
    leads(story, "shop-1")


def leads(story, *names):
    """The Service leads to these Pods."""
    ends = [{"targetRef": {"name": name}} for name in names]
    labels = {"labels": {"kubernetes.io/service-name": "shop"}}
    story.put("EndpointSlice", "shop-abcde", metadata=labels, endpoints=ends)


def test_mending_all_three_is_right(story, shop):
    assert "containers don't run" in mended(shop()).because
    mend(story)
    assert isinstance(mended(shop()), Right)


def test_without_shop_nothing_was_attempted(begun):
    assert isinstance(mended(begun()()), NotAttempted)


def test_members_that_don_t_find_each_other_are_not_mended(story, shop):
    mend(story)
    story.ready("shop-0", False)
    assert "find each other" in mended(shop()).because


def test_a_service_that_leads_nowhere_is_not_mended(story, shop):
    mend(story)
    leads(story)
    assert "leads to no Pod" in mended(shop()).because


def test_without_the_service_it_is_not_mended(story, shop):
    mend(story)
    story.gone("shop", "Service")
    assert "leads to no Pod" in mended(shop()).because


@pytest.mark.parametrize("names", [("shop-0",), ("shop-0", "shop-1"), ("pg-0",)])
def test_a_service_that_leads_elsewhere_is_not_mended(story, shop, names):
    mend(story)
    leads(story, *names)
    said = f"leads to {', '.join(names)}; the primary is shop-1"
    assert said in mended(shop()).because


def test_making_shop_anew_with_empty_volumes_is_wrong(story, shop):
    story.gone("data-shop-0", "PersistentVolumeClaim")
    story.claim("data-shop-0", "pvc-other")
    mend(story)
    assert "its data is gone" in mended(shop()).because


def test_one_replica_less_is_no_mending(story, shop):
    story.change("StatefulSet", "shop", lambda one: one["spec"].update(replicas=1))
    assert mended(shop()) == Wrong("shop is to have two replicas.")


@pytest.mark.parametrize(
    ("guilty", "kind", "said"),
    [
        (None, NotAttempted, "no label"),
        ("synchronous_mode", Wrong, "is the same in A and in B"),
        ("failsafe_mode", Wrong, "is the same in A and in B"),
        ("max_connections", Wrong, "none of the settings"),
        ("synchronous_mode_strict", Right, "promised for itself alone"),
    ],
)
def test_the_guilty_setting_is_the_one_in_which_the_two_differ(story, cluster, guilty, kind, said):
    if guilty:
        label = {"guilty": guilty}
        story.change("StatefulSet", "pg", lambda one: one["metadata"].update(labels=label))
    found = accused(cluster())
    assert isinstance(found, kind)
    assert said in str(found)


def test_without_the_cluster_there_is_nobody_to_accuse(begun):
    assert "no StatefulSet pg" in accused(begun()()).because
