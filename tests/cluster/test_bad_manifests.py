"""Bad manifests, sent as a learner sends them: each is refused in a sentence that names the field.

`kubectl apply` takes nothing back: of several documents in one file it makes those that are good.
What is refused must not be there, and what is there must have been told.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client

from course.chapters import opening
from course.chapters.opening import Chapter, chapter
from course.cluster.connection import Refusal
from course.cluster.kinds import SET
from course.cluster.mistakes import told

sys.path.insert(0, str(Path(__file__).parents[1]))

from bad_manifests.cases import Case, handwritten
from bad_manifests.damaged import damaged
from bad_manifests.huge import huge

CASES = [*handwritten(), *huge(), *damaged()]
#: These go to kubectl one by one: it has a part in the answer, or makes something all the same.
ALONE = ("sets", "kinds", "nameless", "texts", "huge")
ONE_BY_ONE = [case for case in CASES if case.what.startswith(ALONE)]
TOGETHER = [case for case in CASES if case not in ONE_BY_ONE]
#: As many as there are cores in the smallest machine, twice: kubectl also waits for the server.
AT_ONCE = 4
KINDS = (
    "statefulsets,deployments,pods,services,configmaps,secrets,serviceaccounts,pvc,pdb,hpa,jobs,"
    "cronjobs,roles,rolebindings"
)
CLUSTER_WIDE = "pv,storageclasses,namespaces"
#: How kubectl begins when it has something to say.
BEGINNINGS = ("error:", "Error from server", "The ", "the ", "unable to ")


def named(case: Case) -> str:
    return case.what


@dataclass(frozen=True)
class Answer:
    """What kubectl said to one file, and its exit status."""

    status: int
    made: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Answers:
    """Those to all files, and what came into the namespace meanwhile."""

    to: dict[str, Answer]
    new: set[str]


def written_to(folder: Path, cases: list[Case]) -> list[Path]:
    """A file for each case, in their order."""
    files = [folder / f"{number}-a.yaml" for number, _ in enumerate(cases)]
    for file, case in zip(files, cases, strict=True):
        file.write_text(case.text, encoding="utf-8")
    return files


def applied(file: Path) -> Answer:
    done = subprocess.run(
        ["kubectl", "apply", "-f", str(file)], capture_output=True, text=True, timeout=60
    )
    made = tuple(line.split()[0] for line in done.stdout.splitlines())
    return Answer(done.returncode, made, done.stderr)


def applied_together(folder: Path, cases: list[Case]) -> list[Answer]:
    """Send a folder of files in one go: kubectl goes on after one that is refused, and names it.

    The exit status and what was made are then those of all of them.
    """
    files = written_to(folder, cases)
    whole = applied(folder)
    lines = whole.said.splitlines()
    said = ["\n".join(line for line in lines if f'"{file}"' in line) for file in files]
    return [Answer(whole.status, whole.made, one) for one in said]


def there() -> set[str]:
    """The names of everything in the namespace, and of what belongs to no namespace."""
    found: set[str] = set()
    for kinds in (KINDS, CLUSTER_WIDE):
        done = subprocess.run(
            ["kubectl", "get", kinds, "-o", "name"], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        found |= set(done.stdout.split())
    # Volumes that are made for claims come and go by themselves, in other chapters as well.
    return {name for name in found if not name.startswith("persistentvolume/pvc-")}


@pytest.fixture(scope="module")
def second(kernel, lab) -> Iterator[Chapter]:
    """Chapter 2, opened afresh; emptied and closed at the end: the next test opens its own."""
    yield chapter(2, show=False)
    opening._kernel.close()
    opening.reset(lab, chapter=2)


@pytest.fixture(scope="module")
def answers(second, tmp_path_factory) -> Answers:
    before = there()
    files = written_to(tmp_path_factory.mktemp("bad"), ONE_BY_ONE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(applied, files))
    found += applied_together(tmp_path_factory.mktemp("together"), TOGETHER)
    names = (case.what for case in [*ONE_BY_ONE, *TOGETHER])
    return Answers(dict(zip(names, found, strict=True)), there() - before)


@pytest.mark.parametrize("case", [case for case in CASES if not case.taken], ids=named)
def test_it_is_refused_in_a_sentence_that_names_the_field(case: Case, answers: Answers):
    answer = answers.to[case.what]
    assert answer.status != 0, answer
    assert answer.said.startswith(BEGINNINGS), answer.said[:300]
    for part in case.says:
        assert part in answer.said, answer.said[:1000]
    assert "panic" not in answer.said
    assert answer.made == case.stays


@pytest.mark.parametrize("case", [case for case in CASES if case.taken], ids=named)
def test_what_kubectl_takes_without_a_word_is_what_it_says_it_made(case: Case, answers: Answers):
    assert answers.to[case.what] == Answer(0, case.stays, "")


def test_nothing_is_there_but_what_was_told(answers: Answers):
    assert answers.new == {name for case in CASES for name in case.stays}


ELSEWHERE = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: elsewhere, namespace: default}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b}]}}
"""


def test_what_a_manifest_sends_to_another_namespace_does_not_come_into_the_chapter(
    second: Chapter, tmp_path: Path
):
    file = tmp_path / "elsewhere.yaml"
    file.write_text(ELSEWHERE)
    try:
        # kubectl says that it was made, and not where.
        assert applied(file) == Answer(0, ("statefulset.apps/elsewhere",), "")
        assert second.watch.catch_up(10)
        assert "elsewhere" not in second.history.snapshot().sets
    finally:
        second.connection.delete(SET, "elsewhere", "default")


def of_file(*names: str) -> list[Case]:
    return [case for case in CASES if case.what.split(":")[0] in names]


def as_pod(case: Case) -> dict[str, Any]:
    """The Pod that a set's template makes, with a volume in the place of the claim."""
    spec = yaml.safe_load(case.text)["spec"]["template"]["spec"]
    spec.setdefault("volumes", [{"name": "data", "emptyDir": {}}])
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}


@pytest.mark.parametrize("case", of_file("containers", "claims"), ids=named)
def test_ones_own_controller_tells_the_field_too(case: Case, second: Chapter):
    core: Any = client.CoreV1Api(second.connection.api)

    def reconcile(_: str) -> None:
        if case.what.startswith("claims"):
            body = yaml.safe_load(case.text)
            core.create_namespaced_persistent_volume_claim("chapter-2", body, dry_run="All")
        else:
            core.create_namespaced_pod("chapter-2", as_pod(case), dry_run="All")

    # The client itself refuses what is of another type, and writes paths in another way.
    with pytest.raises((client.ApiException, ValueError)) as refused:
        reconcile("a")
    sentence = told(refused.value, reconcile)
    path = re.sub(r"\[(\w+)\]", r".\1", sentence)
    assert all(re.sub(r"\[(\w+)\]", r".\1", part) in path for part in case.says), sentence
    assert "line" in sentence.lower()
    assert sentence.isprintable()


PATHS = {
    "sets": "/apis/apps/v1/namespaces/chapter-2/statefulsets",
    "claims": "/api/v1/namespaces/chapter-2/persistentvolumeclaims",
    "services": "/api/v1/namespaces/chapter-2/services",
}


@pytest.mark.parametrize("case", of_file(*PATHS), ids=named)
def test_the_courses_own_connection_says_what_why_and_what_to_do(case: Case, second: Chapter):
    path, dry = PATHS[case.what.split(":")[0]], {"dryRun": "All", "fieldValidation": "Strict"}
    if "nodePort" in case.text:
        pytest.skip("a dry run gives out no ports of nodes, so it refuses none")
    with pytest.raises(Refusal) as refused:
        second.connection.request("POST", path, yaml.safe_load(case.text), query=dry)
    assert refused.value.status in (400, 422)
    assert all(part in refused.value.why for part in case.says), refused.value.why
    assert "Traceback" not in "".join(refused.value._render_traceback_())


def test_the_chapter_stands_as_before(second: Chapter, answers: Answers):
    assert second.watch.catch_up(10)
    assert not second.history.snapshot().sets
    assert not second.history.snapshot().pods
