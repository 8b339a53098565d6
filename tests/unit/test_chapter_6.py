"""The judges of chapter 6's exercises, on right, wrong and untouched clusters."""

import pytest

from course.chapters.chapter_6 import given_back, outgrown, resized
from course.exercises.outcomes import NotAttempted, Right, Wrong
from course.exercises.registry import Attempt
from course.exercises.span import Span

CLAIM = "PersistentVolumeClaim"
VOLUME = "PersistentVolume"
MEMBERS = ("web-0", "web-1", "web-2")


def template(size):
    return [{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}]


def begun(story):
    mark = story.history.mark("exercise")
    return lambda: Attempt(Span.of(story.history, mark.index, 0.0))


def add(story, name, size="16Mi"):
    if f"data-{name}" not in story.history.snapshot().claims:
        story.claim(f"data-{name}", f"pvc-{name}")
        story.change(CLAIM, f"data-{name}", lambda claim: claim["spec"].update(
            resources={"requests": {"storage": size}}))  # fmt: skip
    story.up(name, claims={"data": f"data-{name}"})
    limit(story, name, "64Mi")
    limit(story, name, "64Mi", actual=True)


def limit(story, name, wanted, *, actual=False):
    def change(pod):
        place = pod["status"]["containerStatuses"] if actual else pod["spec"]["containers"]
        place[0]["resources"] = {"limits": {"memory": wanted}}

    story.change("Pod", name, change)


@pytest.fixture
def web(story):
    """The set with its three members, when an exercise begins."""
    story.set("web", 3, volumeClaimTemplates=template("16Mi"))
    for name in MEMBERS:
        add(story, name)
    return begun(story)


class TestResized:
    """6.1: more memory for one running member."""

    @pytest.mark.parametrize("written", ["128Mi", "134217728"])
    def test_more_memory_in_the_same_pod_is_right(self, story, web, written):
        assert isinstance(resized(web()), NotAttempted)
        limit(story, "web-2", written)
        assert "the kubelet has not" in resized(web()).because
        limit(story, "web-2", written, actual=True)
        assert isinstance(resized(web()), Right)

    def test_changing_the_template_replaces_the_pods(self, story, web):
        story.lose("web-2")
        add(story, "web-2")
        limit(story, "web-2", "128Mi")
        limit(story, "web-2", "128Mi", actual=True)
        assert "web-2 was replaced" in resized(web()).because

    def test_a_restarted_container_is_told(self, story, web):
        limit(story, "web-2", "128Mi")
        story.restarted("web-2")
        limit(story, "web-2", "128Mi", actual=True)
        assert resized(web()) == Wrong("a container of web-2 was restarted.")

    def test_resizing_all_of_them_is_too_much(self, story, web):
        for name in MEMBERS:
            limit(story, name, "128Mi")
            limit(story, name, "128Mi", actual=True)
        assert "the limit of web-0 was changed, too" in resized(web()).because

    @pytest.mark.parametrize(("written", "told"), [("96Mi", "96 MiB"), ("128M", "122 MiB")])
    def test_another_limit_is_told(self, story, web, written, told):
        limit(story, "web-2", written)
        assert f"web-2 is to have {told}, not 128" in resized(web()).because

    def test_begun_without_the_set_it_says_so(self, story):
        assert "Begin it again" in resized(begun(story)()).because


class TestOutgrown:
    """6.2: a larger volume for the next member."""

    def grow(self, story, size="32Mi", replicas=4):
        story.gone("web", "StatefulSet")
        story.set("web", replicas, volumeClaimTemplates=template(size))

    def adopt(self, story):
        uid = story.history.snapshot().sets["web"]["metadata"]["uid"]
        owner = {"kind": "StatefulSet", "name": "web", "uid": uid, "controller": True}
        for name in MEMBERS:
            story.change("Pod", name, lambda pod: pod["metadata"].update(ownerReferences=[owner]))

    def test_a_new_set_for_the_same_pods_is_right(self, story, web):
        assert isinstance(outgrown(web()), NotAttempted)
        story.gone("web", "StatefulSet")
        assert "no StatefulSet web now" in outgrown(web()).because
        story.set("web", 4, volumeClaimTemplates=template("32Mi"))
        assert "does not belong to the new set" in outgrown(web()).because
        self.adopt(story)
        assert "no claim data-web-3 yet" in outgrown(web()).because
        add(story, "web-3", "32Mi")
        assert isinstance(outgrown(web()), Right)

    def test_deleting_the_set_with_its_pods_is_wrong(self, story, web):
        for name in reversed(MEMBERS):
            story.lose(name)
        self.grow(story)
        for name in MEMBERS:
            add(story, name)
        self.adopt(story)
        add(story, "web-3", "32Mi")
        assert "web-0 or its claim was replaced" in outgrown(web()).because

    def test_scaling_up_with_the_old_template_is_wrong(self, story, web):
        add(story, "web-3")
        assert "the template still says 16 MiB" in outgrown(web()).because

    def test_a_claim_made_by_hand_is_not_the_template(self, story, web):
        add(story, "web-3", "32Mi")
        assert "the template still says 16 MiB" in outgrown(web()).because

    def test_a_claim_left_from_the_old_template_is_told(self, story, web):
        self.grow(story)
        self.adopt(story)
        add(story, "web-3", "16Mi")
        assert "made from the old template" in outgrown(web()).because

    def test_a_new_set_with_another_size_is_told(self, story, web):
        self.grow(story, "64Mi")
        assert outgrown(web()) == Wrong("the new set's template says 64 MiB, not 32.")


class TestGivenBack:
    """6.3: a released volume for its old claim."""

    @pytest.fixture
    def ledger(self, story):
        story.set("ledger", 1)
        self.volume(story, "pvc-old", "Released")
        self.volume(story, "pvc-new", "Bound")
        self.member(story, "pvc-new")
        return begun(story)

    def volume(self, story, name, phase, claim="data-ledger-0"):
        story.put(
            VOLUME, name, spec={"claimRef": {"name": claim, "uid": "1"}}, status={"phase": phase}
        )

    def member(self, story, volume):
        story.claim("data-ledger-0", volume)
        story.up("ledger-0", owner="ledger", claims={"data": "data-ledger-0"})

    def free(self, story):
        story.change(VOLUME, "pvc-old", lambda one: one["spec"].pop("claimRef"))
        story.change(VOLUME, "pvc-old", lambda one: one["status"].update(phase="Available"))

    def clear(self, story):
        story.lose("ledger-0")
        story.gone("data-ledger-0", CLAIM)

    def test_the_old_volume_under_the_old_claim_is_right(self, story, ledger):
        assert isinstance(given_back(ledger()), NotAttempted)
        self.clear(story)
        assert "no claim data-ledger-0" in given_back(ledger()).because
        self.free(story)
        story.claim("data-ledger-0", "pvc-old")
        assert "not Ready with it yet" in given_back(ledger()).because
        story.up("ledger-0", owner="ledger", claims={"data": "data-ledger-0"})
        assert isinstance(given_back(ledger()), Right)

    def test_freeing_the_volume_alone_changes_nothing_for_the_claim(self, story, ledger):
        self.free(story)
        assert "still has its new, empty one" in given_back(ledger()).because

    def test_deleting_the_claim_alone_brings_another_empty_volume(self, story, ledger):
        self.clear(story)
        self.volume(story, "pvc-third", "Bound")
        self.member(story, "pvc-third")
        assert "a new and empty volume" in given_back(ledger()).because

    def test_a_claim_that_asks_for_a_volume_which_is_not_free_waits(self, story, ledger):
        self.clear(story)
        story.claim("data-ledger-0")
        assert "Is the old volume free" in given_back(ledger()).because

    def test_deleting_the_old_volume_loses_the_note(self, story, ledger):
        story.gone("pvc-old", VOLUME)
        assert "the note with it" in given_back(ledger()).because

    def test_begun_before_the_mishap_it_says_so(self, story):
        self.member(story, "pvc-new")
        assert "Run the cell above" in given_back(begun(story)()).because
