"""Feature gates, as the API server's metrics tell of them."""

from course.gates import Gate, read

LINES = [
    "# TYPE kubernetes_feature_enabled gauge",
    'kubernetes_feature_enabled{name="Growing",stage=""} 1',
    'kubernetes_feature_enabled{name="Trying",stage="ALPHA"} 0',
    'kubernetes_feature_enabled{name="Late",stage="BETA"} 0',
    'apiserver_request_total{code="200"} 4',
]


def test_each_gate_is_read_with_its_stage_and_whether_it_is_on():
    assert read(LINES) == {
        "Growing": Gate("Growing", "stable", True),
        "Trying": Gate("Trying", "alpha", False),
        "Late": Gate("Late", "beta", False),
    }


def test_metrics_without_gates_have_none():
    assert read([]) == read(LINES[-1:]) == {}
