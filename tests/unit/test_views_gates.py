"""The figure of the feature gates: what is said."""

from course.views.gates import feature_gates

LINES = [
    "# TYPE kubernetes_feature_enabled gauge",
    'kubernetes_feature_enabled{name="Growing",stage=""} 1',
    'kubernetes_feature_enabled{name="Trying",stage="ALPHA"} 0',
    'kubernetes_feature_enabled{name="Nearly",stage="BETA"} 1',
    'kubernetes_feature_enabled{name="Late",stage="BETA"} 0',
    'apiserver_request_total{code="200"} 4',
]


def test_the_words_say_what_the_picture_shows():
    ours = {"Nearly": "nearly there", "Late": "late", "Never": "given up"}
    told = feature_gates(LINES, ours).text.splitlines()
    assert told == [
        "alpha: 0 of 1 on",
        "beta: 1 of 2 on; nearly there (on), late (off)",
        "stable: 1 of 1 on",
        "deprecated: 0 of 0 on",
        "unknown to this cluster: given up",
    ]


def test_a_picture_comes_also_of_no_gates_at_all():
    assert feature_gates([], {}).png().startswith(b"\x89PNG")
