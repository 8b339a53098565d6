"""The way the notebooks are compared: what may differ, what may not, and where it stops."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "tests" / "notebooks"


def whole(reason: str) -> str:
    """What kubectl logs when one of its watches ends while it takes in an event."""
    return (
        "E1128 14:02:37.123456   41213 reflector.go:1056] "
        f'"Unable to delete watch event object from store" err="{reason}" logger="UnhandledError"'
    )


def cut_off(reason: str) -> str:
    """What kubectl logs when one of its watches ends while it reads an event."""
    return (
        'I1130 11:14:02.654321    8397 reflector.go:664] "Warning: watch ended with error" '
        f'err="an error on the server (\\"unable to decode an event from the watch stream: {reason}'
        '\\") has prevented the request from succeeding"'
    )


# What a notebook said when it was committed, and what it says now.
MAY_DIFFER = [
    ("web-0   1/1   Running   0   45s", "web-0   1/1   Running   0     1m3s"),
    ("uid 0f8fad5b-d9cb-469f-a165-70867728950e", "uid 7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ("2026-11-24T09:52:07Z web-0 10.244.1.7", "2027-01-02T23:00:11Z web-0 10.244.2.31"),
    ("web-0 on statefulset-lab-test-worker", "web-0 on mine-worker2"),
    ("ready after 8.1 s", "ready after 12.34 s"),
    ("created: never, from the start to now", "created: never, from the start to +54.4 s"),
    ("Pods of web over time: web-1 created at 0.2 s; web-0", "Pods of web over time: web-0"),
    ("pg-0   1/1   Running   primary   data-pg-0", "pg-2   1/1   Running   primary   data-pg-2"),
    (
        "Acknowledged writes over time: the longest wait for one is 2.6 s, from 1 s on. Pods: a.",
        "Acknowledged writes over time: the longest wait for one is 3.0 s, from 2 s on. Pods: b.",
    ),
    ("acknowledged  2,914 writes", "acknowledged  97 writes"),
    ("sha256:0123456789abcdef", "sha256:fedcba9876543210"),
    ("pod/web-6d4cf56db6-jx8kq", "pod/web-6d4cf56db6-w2b9z"),
    ("a container restarted: web, Completed, exit code 0", "a container restarted: web"),
    ("web-0 gone", f"{whole('context canceled')}\nweb-0 gone"),
    ("web-0 gone", f"{cut_off('context canceled')}\nweb-0 gone"),
    ("/home/learner/notebooks/manifests/web.yaml", "/srv/x/notebooks/manifests/web.yaml"),
]
MUST_NOT_DIFFER = [
    ("pg-0   1/1   Running   primary", "pg-0   1/1   Running   replica"),
    ("web-0   1/1   Running   0   45s", "web-0   0/1   Running   0   45s"),
    ("web-0   1/1   Running   0   45s", "web-0   1/1   Running   1   45s"),
    ("web-0, web-1, web-2", "web-1, web-0, web-2"),
    ("data-web-0   Bound", "data-web-0   Pending"),
    ("partition 2", "partition 1"),
    ("Pods of web over time: web-0", "Pods of crew over time: crew-0"),
    ("created: never, from the start to now", "created: all the time, from the start to now"),
    ("a container restarted: web, Error, exit code 137", "a container restarted: web"),
    ("a container restarted: web, Completed, exit code 0", "a container restarted: db"),
    ("web-0 gone", f"{whole('connection refused')}\nweb-0 gone"),
    ("web-0 gone", f"{cut_off('connection reset by peer')}\nweb-0 gone"),
    ("lost          0", "LOST          1,044 writes"),
]


def book(folder: Path, pairs: list[tuple[str, str]]) -> Path:
    cells = []
    for number, (committed, now) in enumerate(pairs, 1):
        cell = nbformat.v4.new_code_cell(f"print({now!r})", execution_count=number)
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{committed}\n")]
        cells.append(cell)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    file = folder / "book.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)
    return file


def compare(folder: Path, pairs: list[tuple[str, str]], *more: str) -> str:
    """Run nbval as tests/notebooks/run.sh does and return the last line."""
    # No plugin but the one that is asked for: loading all of them takes longer than the cells.
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval", "--nbval-current-env",
         "--nbval-sanitize-with", HARNESS / "sanitize.cfg", "-p", "no:cacheprovider",
         "--rootdir", folder, *more, book(folder, pairs)],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(HARNESS), "IPYTHONDIR": str(folder),
             "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    return found.stdout.strip().splitlines()[-1]


def test_times_and_random_names_may_differ_and_what_the_cluster_did_may_not(tmp_path):
    last = compare(tmp_path, MAY_DIFFER + MUST_NOT_DIFFER)
    assert f"{len(MUST_NOT_DIFFER)} failed, {len(MAY_DIFFER)} passed" in last


def test_after_the_first_failed_cell_the_rest_is_skipped(tmp_path):
    pairs = [("a", "a"), ("a", "b"), ("a", "a"), ("a", "a")]
    last = compare(tmp_path, pairs, "-p", "stop_after_failure")
    assert "1 failed, 1 passed, 2 skipped" in last
