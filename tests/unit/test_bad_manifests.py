"""The bad manifests themselves: enough of them, each another, and the same in every run."""

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from bad_manifests.cases import base_of, change, handwritten, late, steps
from bad_manifests.damaged import damaged, documents
from bad_manifests.huge import huge

LEAST = 150


@pytest.fixture(scope="module")
def by_hand():
    return [*handwritten(), *huge()]


@pytest.fixture(scope="module")
def made():
    return damaged()


def test_there_are_enough_of_them_half_by_hand(by_hand, made):
    assert len(by_hand) + len(made) >= LEAST
    assert len(by_hand) >= LEAST / 2
    assert len(made) >= LEAST / 2


def test_each_has_a_name_of_its_own_and_another_text(by_hand, made):
    cases = [*by_hand, *made]
    assert len({case.what for case in cases}) == len(cases)
    assert len({case.text for case in cases}) == len(cases)
    assert all(case.taken or (case.says and all(case.says)) for case in cases)


def test_what_the_board_must_say_is_not_said_by_the_name_alone():
    cases = late()
    assert len({case.name for case in cases}) == len(cases) >= 25
    assert not [case.name for case in cases if case.why in case.name]


def test_damage_is_the_same_in_every_run_and_touches_one_document(made):
    assert damaged() == made
    good = [thing for _, thing in documents()]
    for case in made:
        assert yaml.safe_load(case.text) not in good


def test_a_path_is_followed_and_what_is_missing_on_it_is_made():
    thing = base_of("02/headless.yaml")
    change(thing, steps("spec.ports[1]"), {"port": 1})
    change(thing, steps("spec.a.b"), 2)
    change(thing, steps("metadata.labels"), None)
    assert [port["port"] for port in thing["spec"]["ports"]] == [8080, 1]
    assert thing["spec"]["a"] == {"b": 2}
    assert "labels" not in thing["metadata"]
