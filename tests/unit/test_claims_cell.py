"""What a claim prints, how it waits, and how it fails."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.exercises import (
    ClaimFailedError,
    NoChapterError,
    before,
    claim,
    created,
    deleted,
    eventually,
    from_here,
    in_order,
    never,
    other_uid,
    ready,
    replaced,
    restarted,
    same_name,
    same_uid,
    same_volume,
    set_pods,
    terminating,
    use,
)
from course.exercises import session as sessions
from course.exercises.errors import CellError


def opened(story: Any, answers: bool = True) -> None:
    use(story.history, lambda _: answers, Path("unused"))


def a_lost_pod(story: Any) -> None:
    story.claim("data-web-1", "pvc-51d2aabb-0000")
    story.up("web-1", claims={"data": "data-web-1"})
    opened(story)
    from_here()
    story.tick(30)
    story.lose("web-1")
    story.up("web-1", claims={"data": "data-web-1"})


@pytest.mark.parametrize("thing", ["web-0", None, ("old", "new"), 3])
def test_what_can_t_be_judged_is_told_in_a_sentence(story: Any, thing: Any) -> None:
    opened(story)
    with pytest.raises(CellError, match="This can't be judged") as caught:
        claim("All is well", thing)
    assert "kept(" in str(caught.value)


def test_a_claim_prints_its_sentence_with_the_evidence(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    a_lost_pod(story)
    old, new = replaced("web-1")
    claim("The Pod is another", same_name(old, new), other_uid(old, new))
    claim("It has the same volume", same_volume(old, new))
    assert capsys.readouterr().out.splitlines() == [
        "✓ The Pod is another",
        "    +37.0 s  web-1  UID 0000…  deleted",
        "    +38.0 s  web-1  UID 0000…  created",
        "✓ It has the same volume",
        "    data-web-1  bound to pvc-51d2… in both",
    ]


def test_a_false_claim_fails_with_the_history_and_without_a_traceback(story: Any) -> None:
    a_lost_pod(story)
    old, new = replaced("web-1")
    shell = InteractiveShell.instance()
    shell.user_ns.update(claim=claim, same_uid=same_uid, old=old, new=new)
    try:
        with pytest.raises(ClaimFailedError) as failure:
            claim("It is the same Pod", same_uid(old, new))
        # IPython asks an exception how it wants to be shown.
        assert failure.value._render_traceback_() == [
            "✗ It is the same Pod",
            "    The UID is another.",
            "    +37.0 s  web-1  UID 0000…  deleted",
            "    +38.0 s  web-1  UID 0000…  created",
            "  What the history tells:",
            "    +36.0 s  web-1  UID 0000…  terminating",
            "    +37.0 s  web-1  UID 0000…  deleted",
            "    +38.0 s  web-1  UID 0000…  created",
            "    +39.0 s  web-1  UID 0000…  scheduled to worker",
            "    +40.0 s  web-1  UID 0000…  running",
            "    +41.0 s  web-1  UID 0000…  ready",
        ]
        result = shell.run_cell("claim('It is the same Pod', same_uid(old, new))")
        assert isinstance(result.error_in_exec, ClaimFailedError)
    finally:
        InteractiveShell.clear_instance()


def test_a_failed_claim_shows_no_traceback_in_ipython(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    a_lost_pod(story)
    shell = InteractiveShell.instance()
    shell.user_ns.update(claim=claim, never=never, terminating=terminating)
    try:
        shell.run_cell("claim('It never ends', never(terminating('web-1')))")
    finally:
        InteractiveShell.clear_instance()
    shown = capsys.readouterr().out
    assert "✗ It never ends" in shown
    assert "Traceback" not in shown


def test_a_claim_waits_for_what_it_speaks_of(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(story)
    writer = threading.Timer(0.1, lambda: story.up("web-0"))
    writer.start()
    began = time.monotonic()
    claim("It becomes ready", ready("web-0"), timeout=20)
    assert time.monotonic() - began < 10
    assert "✓ It becomes ready" in capsys.readouterr().out
    writer.join()


def test_a_claim_about_what_never_happens_ends_with_its_bound(story: Any) -> None:
    opened(story)
    story.up("web-0")
    began = time.monotonic()
    with pytest.raises(ClaimFailedError, match=r"did not happen: web-1 ready\. \(waited 0\.2 s\)"):
        claim("It comes", in_order(ready("web-0"), ready("web-1")), timeout=0.2)
    assert time.monotonic() - began < 5


def test_a_false_part_ends_the_wait_for_the_others(story: Any) -> None:
    opened(story)
    story.up("web-0")
    began = time.monotonic()
    with pytest.raises(ClaimFailedError, match="It was so"):
        claim("Both", ready("web-1"), never(ready("web-0")), timeout=30)
    assert time.monotonic() - began < 5


def test_a_claim_on_a_cluster_that_is_gone_says_so(story: Any) -> None:
    opened(story, answers=False)
    with pytest.raises(ClaimFailedError, match="the cluster did not answer within 1 s"):
        claim("Anything", never(ready("web-0")), timeout=1)
    with pytest.raises(ClaimFailedError, match="lab status"):
        replaced("web-0", timeout=1)


def test_claims_speak_of_what_happens_from_here(story: Any) -> None:
    opened(story)
    story.up("web-0")
    story.lose("web-0")
    from_here()
    with pytest.raises(ClaimFailedError, match="nothing of it since the start"):
        claim("Deleted again", deleted("web-0"), timeout=0.05)
    story.up("web-0")
    story.lose("web-0")
    claim("Deleted again", before(created("web-0"), deleted("web-0")), timeout=0.05)


def test_a_claim_needs_something_that_can_be_false(story: Any) -> None:
    opened(story)
    with pytest.raises(ValueError, match="false"):
        claim("Trust me")


def test_without_a_chapter_a_claim_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_sessions", [])
    with pytest.raises(NoChapterError, match="first cell"):
        claim("Anything", ready("web-0"))


def test_replaced_waits_while_the_old_one_terminates(story: Any) -> None:
    """The pair of an earlier replacement must not be taken for this one."""
    for _ in range(2):
        story.up("web-1")
        story.lose("web-1")
    story.up("web-1")
    opened(story)
    first = replaced("web-1", timeout=0)
    story.terminating("web-1")
    with pytest.raises(ClaimFailedError, match=r"No other web-1 came.*waited"):
        replaced("web-1", timeout=0.05)

    def finish() -> None:
        story.gone("web-1")
        story.up("web-1")

    writer = threading.Timer(0.05, finish)
    writer.start()
    second = replaced("web-1", timeout=20)
    assert second[0] == first[1]
    assert second[1] != first[1]
    writer.join()


def test_replaced_takes_a_claim_too(story: Any) -> None:
    for volume in ("pv-a", "pv-b"):
        story.claim("data-web-1", volume)
        if volume == "pv-a":
            story.gone("data-web-1", "PersistentVolumeClaim")
    opened(story)
    old, new = replaced("pvc/data-web-1", timeout=0)
    assert (old.kind, old.uid != new.uid) == ("PersistentVolumeClaim", True)


def test_text_of_the_cluster_is_printed_without_control_characters(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(story)
    story.up("web-0")
    story.restarted("web-0", reason="\x1b[31mOOM\nKilled")
    claim("It restarts", restarted("web-0", reason="\x1b[31mOOM\nKilled"))
    assert "\x1b" not in capsys.readouterr().out


def test_a_claim_about_a_set_names_the_pods_of_the_set(story: Any) -> None:
    opened(story)
    story.up("web-0")
    story.up("other-0", owner="other")
    with pytest.raises(ClaimFailedError) as failure:
        claim("None is ready", never(ready(set_pods("web"))))
    assert "web-0" in str(failure.value)
    assert "other-0" not in str(failure.value)


def test_an_interrupted_wait_leaves_the_next_claim_alone(story: Any) -> None:
    opened(story)

    def interrupted(_: float) -> bool:
        raise KeyboardInterrupt

    use(story.history, interrupted, Path("unused"))
    with pytest.raises(KeyboardInterrupt):
        claim("It comes", ready("web-0"))
    opened(story)
    story.up("web-0")
    claim("It comes", eventually(ready("web-0")))


def test_the_evidence_of_a_restart_tells_its_reason(
    story: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(story)
    story.up("web-0")
    story.restarted("web-0", "OOMKilled", 137)
    claim("Memory ran out", restarted("web-0"))
    assert "a container restarted: web, OOMKilled, exit code 137" in capsys.readouterr().out
