"""The judges of chapter 4's exercises, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_4 import NEW, both_at_once, first_one_first
from course.chapters.chapter_4_stuck import got_going
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
OLD = "lab.local/web:v1"


def template(image, port=""):
    env = [{"name": "PORT", "value": port}] if port else []
    return {"spec": {"containers": [{"name": "web", "image": image, "env": env}]}}


def whole(story, name, image):
    """A set of three with its claims, Ready."""
    story.set(name, template=template(image))
    for n in range(3):
        story.claim(f"data-{name}-{n}", f"pvc-{name}-{n}")
        add(story, f"{name}-{n}", image)


def add(story, name, image, ready=True, revision="aaa"):
    pod = story.pod(name, owner=name.rpartition("-")[0], revision=revision)
    pod["spec"]["containers"][0]["image"] = image
    story.scheduled(name)
    story.running(name)
    if ready:
        story.ready(name)


def renew(story, name, image, **how):
    story.ready(name, False)
    story.lose(name)
    add(story, name, image, **how)


def wish(story, name, wanted):
    story.change("StatefulSet", name, lambda one: one["spec"].update(template=wanted))


def judged(story):
    begun = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, begun.index, 0.0))


class TestFirstOneFirst:
    @pytest.fixture
    def attempt(self, story):
        whole(story, "store", OLD)
        return judged(story)

    def test_a_new_store_0_with_the_others_left_alone_is_right(self, story, attempt):
        assert isinstance(first_one_first(attempt()), NotAttempted)
        wish(story, "store", template(NEW))
        assert "still the one from before" in first_one_first(attempt()).because
        renew(story, "store-0", NEW, ready=False)
        assert "not back yet" in first_one_first(attempt()).because
        story.ready("store-0")
        assert isinstance(first_one_first(attempt()), Right)

    def test_a_partition_replaces_the_highest_first(self, story, attempt):
        wish(story, "store", template(NEW))
        renew(story, "store-2", NEW)
        renew(story, "store-0", NEW)
        assert "store-2 was replaced" in first_one_first(attempt()).because

    def test_below_a_partition_the_old_version_comes_back(self, story, attempt):
        wish(story, "store", template(NEW))
        renew(story, "store-0", OLD)
        assert first_one_first(attempt()) == Wrong(f"store-0 runs {OLD}.")

    def test_the_image_of_the_pod_alone_does_not_last(self, story, attempt):
        story.change("Pod", "store-0", lambda pod: pod["spec"]["containers"][0].update(image=NEW))
        assert "the Pod, and not its set" in first_one_first(attempt()).because

    def test_a_template_that_was_taken_back_does_not_last_either(self, story, attempt):
        wish(story, "store", template(NEW))
        renew(story, "store-0", NEW)
        wish(story, "store", template(OLD))
        assert "would run that again" in first_one_first(attempt()).because

    def test_the_data_must_not_be_lost(self, story, attempt):
        wish(story, "store", template(NEW))
        story.gone("data-store-0", CLAIM)
        assert "data-store-0 was deleted" in first_one_first(attempt()).because


class TestBothAtOnce:
    @pytest.fixture
    def attempt(self, story):
        whole(story, "store", OLD)
        renew(story, "store-0", NEW)
        wish(story, "store", template(NEW))
        return judged(story)

    def test_two_that_are_away_together_are_right_in_any_order(self, story, attempt):
        assert isinstance(both_at_once(attempt()), NotAttempted)
        for name in ("store-2", "store-1"):
            story.ready(name, False)
            story.lose(name)
        assert "not back yet" in both_at_once(attempt()).because
        add(story, "store-1", NEW)
        add(story, "store-2", NEW)
        assert isinstance(both_at_once(attempt()), Right)

    def test_one_after_the_other_is_wrong(self, story, attempt):
        for name in ("store-2", "store-1"):
            renew(story, name, NEW)
        assert "did not go together" in both_at_once(attempt()).because

    def test_replacing_store_0_again_is_wrong(self, story, attempt):
        for name in ("store-2", "store-1", "store-0"):
            renew(story, name, NEW)
        assert "store-0 was replaced" in both_at_once(attempt()).because

    def test_a_store_0_that_was_not_ready_for_a_while_is_wrong(self, story, attempt):
        story.ready("store-0", False)
        story.ready("store-0")
        assert both_at_once(attempt()) == Wrong("store-0 was not Ready all the time.")

    def test_two_of_the_old_version_are_wrong(self, story, attempt):
        for name in ("store-2", "store-1"):
            story.ready(name, False)
            story.lose(name)
        add(story, "store-1", OLD)
        add(story, "store-2", NEW)
        assert both_at_once(attempt()) == Wrong(f"store-1 runs {OLD}.")

    def test_without_the_exercise_before_it_says_what_to_do(self, story):
        whole(story, "store", OLD)
        assert "Solve 4.1" in both_at_once(judged(story)()).because


class TestGotGoing:
    @pytest.fixture
    def attempt(self, story):
        whole(story, "web", NEW)
        wish(story, "web", template(NEW, port="80eighty"))
        renew(story, "web-2", NEW, ready=False, revision="bbb")
        return judged(story)

    def test_the_template_and_then_the_pod_is_right(self, story, attempt):
        assert isinstance(got_going(attempt()), NotAttempted)
        wish(story, "web", template(NEW))
        renew(story, "web-2", NEW)
        assert isinstance(got_going(attempt()), Right)

    def test_undoing_alone_leaves_the_pod(self, story, attempt):
        wish(story, "web", template(NEW))
        assert "still the Pod made from the old one" in got_going(attempt()).because

    def test_deleting_alone_makes_the_mistake_again(self, story, attempt):
        story.lose("web-2")
        assert "same mistake" in got_going(attempt()).because
        add(story, "web-2", NEW, ready=False, revision="bbb")
        assert "same mistake" in got_going(attempt()).because

    def test_making_all_anew_takes_away_what_served(self, story, attempt):
        wish(story, "web", template(NEW))
        for name in ("web-0", "web-1", "web-2"):
            renew(story, name, NEW)
        assert "web-0 was replaced" in got_going(attempt()).because

    def test_another_change_on_top_is_not_taken_back(self, story, attempt):
        wish(story, "web", template(NEW, port="8080"))
        renew(story, "web-2", NEW, revision="ccc")
        assert "another revision" in got_going(attempt()).because

    def test_another_image_is_told_by_its_name(self, story, attempt):
        wish(story, "web", template(OLD))
        renew(story, "web-2", OLD, revision="ccc")
        assert got_going(attempt()) == Wrong(f"web-2 runs {OLD}, and web-0 runs {NEW}.")

    def test_a_lost_claim_is_lost_data(self, story, attempt):
        story.gone("data-web-2", CLAIM)
        assert "data-web-2 was deleted" in got_going(attempt()).because

    def test_a_set_that_is_gone_looks_after_nobody(self, story, attempt):
        story.gone("web", "StatefulSet")
        assert "is gone" in got_going(attempt()).because

    def test_one_that_is_not_ready_yet_is_named(self, story, attempt):
        wish(story, "web", template(NEW))
        renew(story, "web-2", NEW, ready=False)
        assert got_going(attempt()) == Wrong("web-2 is not there, and Ready.")

    def test_a_set_that_was_never_broken_says_so(self, story):
        whole(story, "web", NEW)
        assert "Run the cell that breaks it" in got_going(judged(story)()).because


@pytest.mark.parametrize("judge", [first_one_first, both_at_once])
def test_without_the_set_the_exercises_say_where_it_is(story, judge):
    assert "manifests/04/store.yaml" in judge(judged(story)()).because
