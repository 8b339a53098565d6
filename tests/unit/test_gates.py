"""Whether a feature gate is on, as the API server's metrics tell it."""

from course.cluster.gates import is_on

METRICS = """# TYPE kubernetes_feature_enabled gauge
kubernetes_feature_enabled{name="MaxUnavailableStatefulSet",stage="BETA"} 1
kubernetes_feature_enabled{name="StatefulSetRecreateStrategy",stage="ALPHA"} 0
kubernetes_feature_enabled{name="InPlacePodVerticalScaling",stage=""} 1
"""


def test_a_gate_is_on_or_off_at_any_stage():
    assert is_on(METRICS, "MaxUnavailableStatefulSet")
    assert is_on(METRICS, "InPlacePodVerticalScaling")
    assert not is_on(METRICS, "StatefulSetRecreateStrategy")


def test_a_gate_that_the_cluster_does_not_know_is_off():
    assert not is_on(METRICS, "MaxUnavailable")
    assert not is_on(METRICS, "Nameless")
    assert not is_on("", "InPlacePodVerticalScaling")
