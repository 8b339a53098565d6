"""What a check prints and a board shows is plain text, whatever somebody wrote into an object.

The API server lets any text through in an annotation, an image, a command, a path, a message.
`test_damaged_objects.py` damages one field at a time and asks the judges; here every text of that
kind is hostile, in every object, and what is looked at is what a learner sees.
"""

import json
import re
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter
from nbconvert.filters import ansi2html

from course.chapters import register_exercises
from course.cluster import session as clusters
from course.exercises import begin, check, use
from course.exercises import checks as module
from course.exercises import session as sessions
from course.exercises.outcomes import CannotTell, NotAttempted, Right, Wrong
from course.exercises.registry import every
from course.record import History, read
from course.views.answers import as_yaml
from course.views.model import Model

RECORDINGS = Path(__file__).parents[2] / "notebooks" / "recordings"
MARKUP = "<img src=x onerror=alert(1)>"
#: Markup; a colour and a link for a terminal; the other direction; a line that looks like ours.
HOSTILE = f"{MARKUP}\x1b[31m\x1b]8;;http://a\x07b\r\u202edlrow\u2028\nRight: all of it is done.\n"
LONG = HOSTILE + "n" * 100_000
#: Where the API server takes any text, of whatever length.
FREE = {"image", "path", "message", "value", "command", "args", "hostname", "note"}
VERDICTS = ("Right", "Not yet:", "Not tried yet.", "Can't tell:")

register_exercises()


def hostile(thing: Any, free: bool = False) -> Any:
    """A copy in which every text that may be any is hostile."""
    if isinstance(thing, dict):
        return {key: hostile(part, free or key in FREE) for key, part in thing.items()}
    if isinstance(thing, list):
        return [hostile(part, free) for part in thing]
    return HOSTILE if free and isinstance(thing, str) else thing


def spoilt(known: dict[str, Any]) -> dict[str, Any]:
    worse: dict[str, Any] = hostile(known)
    worse["metadata"]["annotations"] = {"example.com/a": LONG}
    return worse


def strings(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [text for part in thing.values() for text in strings(part)]
    if isinstance(thing, list):
        return [text for part in thing for text in strings(part)]
    return [thing] if isinstance(thing, str) else []


def assert_plain(shown: str) -> None:
    """The text is a verdict in printable lines, and a page shows nothing but that text."""
    lines = shown.rstrip("\n").split("\n")
    assert lines[0].startswith(VERDICTS), shown
    assert not [line for line in lines[1:] if line.startswith(VERDICTS)], shown
    assert all(line.isprintable() and len(line) <= 700 for line in lines), shown
    assert "Traceback" not in shown
    assert "the check itself failed" not in shown
    assert not re.search(r"<(?!/?span)", str(ansi2html(shown))), shown


@pytest.fixture
def judged(tmp_path, monkeypatch, capsys):
    """Begin an exercise on a history, let something happen, and check it as a learner does."""
    monkeypatch.setattr(module, "_mistakes", {})
    monkeypatch.setattr(sessions, "_sessions", [])
    answers = SimpleNamespace(request=lambda *_, **__: HOSTILE)
    clusters.enter(clusters.Session(answers, "chapter-5"))  # asked by those about the queue

    def judge(number, history, happens=lambda: None, answers=None):
        use(history, lambda _: True, tmp_path / "progress.json")
        begin(number)
        happens()
        capsys.readouterr()
        outcome = check(number, answers, wait=0)
        shown = capsys.readouterr().out.partition("\nHint ")[0]
        assert shown.startswith(str(outcome))
        assert_plain(shown)
        return outcome, shown

    yield judge
    clusters.leave()


@pytest.mark.parametrize("chapter", range(1, 7))
def test_a_chapter_of_hostile_objects_gets_plain_verdicts_and_a_plain_board(chapter, judged):
    recorded = read(next(RECORDINGS.glob(f"0{chapter}-*.json")))
    base, changes = recorded.kept()
    tasks = [task.number for task in every() if task.chapter == chapter]
    assert len(tasks) >= 3
    for cut in range(1, 5):
        known = changes[: len(changes) * cut // 5]
        following = [
            (change, spoilt(change.object))
            for change in changes[len(known) : len(changes) * (cut + 1) // 5]
        ]
        for number in tasks:
            history = History.restored(base, known, (), recorded.began)

            def happens(history=history, following=following):
                for change, worse in following:
                    history.append(change.kind, change.what, worse, change.time)

            judged(number, history, happens)
        whole = Model(history.snapshot()).whole()
        assert MARKUP in json.dumps(whole)  # it came so far
        assert [text for text in strings(whole) if not text.isprintable()] == []


def service(story):
    spec = {"clusterIP": "10.96.0.7", "selector": {"a": "b"}, "ports": [{"port": 8080}]}
    story.put("Service", "first", spec=spec)
    labels = {"kubernetes.io/service-name": "first"}
    ends = [{"targetRef": {"name": LONG}}]
    story.put("EndpointSlice", "first-a", metadata={"labels": labels}, endpoints=ends)


def image(story, name, text, **how):
    story.pod(name, owner=name.rpartition("-")[0], **how)["spec"]["containers"][0]["image"] = text
    story.scheduled(name)
    story.running(name)
    story.ready(name)


def store(story):
    story.set("store", template={"spec": {"containers": [{"image": LONG}]}})
    for name in ("store-0", "store-1", "store-2"):
        story.claim(f"data-{name}", "pv")
        image(story, name, "lab.local/web:v2")


def web(story):
    story.set("web", template={"spec": {"containers": [{"image": "a"}]}})
    for name in ("web-0", "web-1", "web-2"):
        story.claim(f"data-{name}", "pv")
        image(story, name, "a")
    story.ready("web-2", False)


def web_changed(story):
    template = {"spec": {"containers": [{"image": LONG}]}}
    story.change("StatefulSet", "web", lambda one: one["spec"].update(template=template))
    story.lose("web-2")
    image(story, "web-2", LONG)


def desk(story):
    probe = {"httpGet": {"path": LONG}}
    containers = [{f"{kind}Probe": probe for kind in ("startup", "readiness", "liveness")}]
    story.set("desk", template={"spec": {"containers": containers}})


def post(story):
    waits = {"reason": "CreateContainerConfigError", "message": LONG}
    story.set("post")
    for name in ("post-0", "post-1", "post-2"):
        story.pod(name, owner="post")["status"]["containerStatuses"] = [
            {"state": {"waiting": waits}}
        ]
        story.scheduled(name)


def failed(story):
    story.put(
        "Event", "mini.1", source={"component": "your-controller"},
        reason="ReconcileFailed", message=LONG, involvedObject={"kind": "ConfigMap"},
    )  # fmt: skip


def three(story):
    story.set("my-statefulset")
    for name in ("my-statefulset-0", "my-statefulset-1", "my-statefulset-2"):
        story.up(name, owner="my-statefulset")


def nothing(_):
    pass


def renewed(names, text):
    def happens(story):
        for name in names:
            story.lose(name)
        for name in names:
            image(story, name, text)

    return happens


@pytest.mark.parametrize(
    ("number", "before", "happens"),
    [
        ("2.1", three, service),
        ("3.3", nothing, failed),
        ("4.1", store, renewed(["store-0"], "lab.local/web:v2")),
        ("4.1", store, renewed(["store-0"], LONG)),
        ("4.2", store, renewed(["store-1", "store-2"], LONG)),
        ("4.3", web, web_changed),
        ("5.2", nothing, desk),
        ("5.7", nothing, post),
    ],
)
def test_where_a_sentence_quotes_an_object_it_quotes_plain_text(
    number, before, happens, story, judged
):
    before(story)
    outcome, shown = judged(number, story.history, lambda: happens(story))
    assert isinstance(outcome, Wrong | NotAttempted)
    assert MARKUP in shown


def test_a_hostile_answer_is_told_in_its_place(story, judged):
    outcome, shown = judged("1.3", story.history, answers={"shop": HOSTILE, "wiki": ["a\nb"]})
    assert isinstance(outcome, Wrong)
    assert MARKUP in shown


@pytest.mark.parametrize("limit", ["1e999", "-1", "999999999999Ei", "", "128Mi\n"])
def test_a_quantity_out_of_all_bounds_is_no_mistake_of_the_check(limit, story, judged):
    names = ("web-0", "web-1", "web-2")

    def ask_for(name, limit):
        containers = [{"name": "web", "resources": {"limits": {"memory": limit}}}]
        story.change("Pod", name, lambda pod: pod["spec"].update(containers=containers))

    for name in names:
        story.up(name)
        ask_for(name, "64Mi")
    outcome, _ = judged("6.1", story.history, lambda: ask_for("web-2", limit))
    assert isinstance(outcome, Wrong)


@pytest.mark.parametrize("kind", [NotAttempted, Wrong, Right, CannotTell])
def test_a_notebook_shows_no_more_of_an_outcome_than_check_has_printed(kind):
    shown, _ = DisplayFormatter().format(kind(HOSTILE))
    assert shown == {}
    assert_plain(str(kind(HOSTILE)))


def test_the_details_of_an_object_show_what_turns_the_direction_of_text():
    thing = {"metadata": {"annotations": {"a": HOSTILE}}}
    shown = as_yaml(deepcopy(thing))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "202E" in shown.upper()
