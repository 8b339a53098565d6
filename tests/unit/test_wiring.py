"""Whether what the manifests' sets refer to is there, and what of the mutations that tells."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutations"))

from harmless import HARMLESS, reason  # noqa: E402
from manifests import mutations  # noqa: E402
from wiring import misfits, tells  # noqa: E402

MANIFESTS = ROOT / "notebooks" / "manifests"
MENDED_BY_LEARNERS = [
    "01/mend.yaml ledger: the Service ledger selects other Pods",
    "02/shop.yaml shop: there is no Service store",
]
FITTING = """
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}}
---
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  template:
    metadata: {labels: {app: web, tier: front}}
    spec: {containers: [{volumeMounts: [{name: data}, {name: page}]}], volumes: [{name: page}]}
  volumeClaimTemplates: [{metadata: {name: data}}]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "01").mkdir(parents=True)
    (folder / "01" / "web.yaml").write_text(text)
    return folder


def test_the_chapters_sets_fit_but_those_that_learners_mend():
    assert misfits(MANIFESTS) == MENDED_BY_LEARNERS


def test_a_set_fits_whose_headless_service_selects_its_pods(tmp_path):
    assert misfits(written(tmp_path, FITTING)) == []


def test_a_set_that_names_no_service_fits(tmp_path):
    assert misfits(written(tmp_path, FITTING.replace("  serviceName: web\n", ""))) == []


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("serviceName: web", "serviceName: nobody", "there is no Service nobody"),
        ("clusterIP: None, ", "", "the Service web is not headless"),
        ("selector: {app: web}", "selector: {app: nobody}", "the Service web selects other Pods"),
        ("{name: data}}]", "{name: date}}]", "nobody declares the volume data"),
        ("[{metadata: {name: data}}]", "null", "nobody declares the volume data"),
        (", volumes: [{name: page}]", "", "nobody declares the volume page"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, before, after, why):
    found = misfits(written(tmp_path, FITTING.replace(before, after)))
    assert found == [f"01/web.yaml web: {why}"]


def test_a_service_of_another_file_of_the_chapter_will_do(tmp_path):
    service, _, stateful_set = FITTING.partition("---")
    folder = written(tmp_path, stateful_set)
    assert misfits(folder) == ["01/web.yaml web: there is no Service web"]
    (folder / "01" / "headless.yaml").write_text(service)
    assert misfits(folder) == []


def test_the_service_of_the_same_file_comes_first(tmp_path):
    folder = written(tmp_path, FITTING)
    (folder / "01" / "with-address.yaml").write_text(FITTING.replace("clusterIP: None, ", ""))
    assert misfits(folder) == ["01/with-address.yaml web: the Service web is not headless"]


def test_each_reason_for_a_harmless_change_still_has_a_change():
    every = mutations(MANIFESTS)
    used = {why for why in map(reason, every) if why}
    assert used == set(HARMLESS.values())


def test_a_set_cut_off_from_its_service_is_told_without_a_cluster():
    every = mutations(MANIFESTS)
    names = [one for one in every if one.path[-1] == "serviceName"]
    addresses = [one for one in every if one.path[-1] == "clusterIP" and one.name != "shop"]
    assert all(tells(one) for one in names + addresses)


def test_a_set_without_its_volumes_is_told_without_a_cluster():
    every = mutations(MANIFESTS)
    claims = [one for one in every if one.path[-1] == "volumeClaimTemplates"]
    assert all(tells(one) for one in claims)


def test_what_has_nothing_to_do_with_names_is_left_to_the_cluster():
    every = mutations(MANIFESTS)
    assert not any(tells(one) for one in every if one.path[-1] in ("replicas", "type", "partition"))
