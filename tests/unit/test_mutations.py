"""What is turned round in manifests, and that the file then says it."""

import shutil
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


def test_the_file_says_it(tmp_path):
    for number, mutation in enumerate(mutations(written(tmp_path / "original"))):
        folder = written(tmp_path / str(number))
        expected = list(yaml.safe_load_all(MANIFEST))
        inside = expected[mutation.document]
        for key in mutation.path[:-1]:
            inside = inside[key]
        inside[mutation.path[-1]] = None if mutation.after is GONE else mutation.after
        mutation.apply(folder)
        assert list(yaml.safe_load_all((folder / "01" / "web.yaml").read_text())) == expected


def test_nothing_else_of_a_chapter_s_file_is_written_otherwise(tmp_path):
    copy = shutil.copytree(ROOT / "notebooks" / "manifests", tmp_path / "manifests")
    for mutation in mutations(ROOT / "notebooks" / "manifests"):
        before = mutation.file.read_text()
        mutation.apply(copy)
        target = copy / mutation.chapter / mutation.file.name
        *_, last = changed = changed_lines(before, target.read_text())
        assert last.strip()[:1] not in {"", "#"}
        if mutation.path[-1] != "volumeClaimTemplates":
            assert changed == [last]
        target.write_text(before)


def changed_lines(before: str, after: str) -> list[str]:
    """The lines between those that both texts begin and those that both end with.

    They are the first text's, or the second's where it only has more.
    """
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old or new


def test_the_course_has_enough_to_turn_round():
    found = mutations(ROOT / "notebooks" / "manifests")
    assert {one.chapter for one in found} == {"01", "02", "03", "04", "05", "06"}
    assert len(found) > 60
