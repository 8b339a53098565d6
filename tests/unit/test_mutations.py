"""What is turned round in manifests, and that the file then says it."""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutations"))

from manifests import GONE, mutations  # noqa: E402

MANIFEST = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 3
  podManagementPolicy: Parallel
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}
"""


def written(folder: Path) -> Path:
    (folder / "01").mkdir(parents=True)
    (folder / "01" / "web.yaml").write_text(MANIFEST)
    return folder


def test_each_telling_field_is_turned_round(tmp_path):
    found = {one.path[1:]: one.after for one in mutations(written(tmp_path))}
    assert found == {
        ("clusterIP",): GONE,
        ("selector", "app"): "nobody",
        ("replicas",): 4,
        ("podManagementPolicy",): "OrderedReady",
        ("updateStrategy", "type"): "OnDelete",
        ("serviceName",): "nobody",
        ("persistentVolumeClaimRetentionPolicy", "whenDeleted"): "Delete",
        ("updateStrategy", "rollingUpdate", "partition"): 1,
    }


def test_the_file_says_it_and_nothing_else_differs(tmp_path):
    before = list(yaml.safe_load_all(MANIFEST))
    for number, mutation in enumerate(mutations(written(tmp_path / "original"))):
        folder = written(tmp_path / str(number))
        mutation.apply(folder)
        after = list(yaml.safe_load_all((folder / "01" / "web.yaml").read_text()))
        assert after != before
        other = 1 - mutation.document
        assert after[other] == before[other]


def test_the_course_has_enough_to_turn_round():
    found = mutations(ROOT / "notebooks" / "manifests")
    assert {one.chapter for one in found} == {"01", "02", "03", "04", "05", "06"}
    assert len(found) > 60
