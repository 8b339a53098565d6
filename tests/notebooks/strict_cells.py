"""A pytest plugin for what nbval lets pass, with kernel_guard in the kernel as its other half.

A cell that is skipped, a `raises-exception` that doesn't raise, and what the kernel's guard has
left to say at the end. A failed run leaves the executed notebook and the history behind.
"""

import ast
import json
import os
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from stop_after_failure import failed, is_cell

KERNEL_SECONDS = 60
#: Whether the cluster may have other feature gates than the one that the outputs come from.
GATES_DIFFER = any(os.environ.get(name) for name in ("LAB_FEATURE_GATES", "LAB_NODE_IMAGE"))
#: What each notebook's kernel told at its end, and when its first cell began.
_told: dict[str, dict[str, Any]] = {}
_began: dict[Path, float] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if is_cell(item) and GATES_DIFFER and "follows-gates" in item.cell.metadata.get("tags", []):
        # The committed output is that of another cluster; the cell's claims hold all the same.
        item.options["check"] = False
    _began.setdefault(item.path, time.monotonic())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if not is_cell(item):
        return report
    wrong = _let_pass(item, report)
    if wrong:
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: {wrong}"
    if report.failed:
        failed.setdefault(str(item.path), item.name)
        _leave_behind(item)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None):
    ends = is_cell(item) and (nextitem is None or nextitem.parent is not item.parent)
    wrong = ""
    if ends and str(item.path) not in failed:
        wrong = _ended(item)
        if wrong:
            failed[str(item.path)] = item.name
            _leave_behind(item)
    yield
    if wrong:
        pytest.fail(wrong, pytrace=False)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    times = config.rootpath / "build" / "notebooks"
    times.mkdir(parents=True, exist_ok=True)
    for name, told in _told.items():
        (times / f"{name}.json").write_text(json.dumps(told, indent=2))
        terminalreporter.write_line(
            f"{name}: {told['claims']} claims reached; "
            f"turned round, {told['caught']} of {told['turned']} were refused; "
            f"{told['seconds']:.0f} s, {told['steps']:.0f} s of it the cluster's"
        )


def _let_pass(item: Any, report: pytest.TestReport) -> str:
    """What nbval would have let pass in one cell."""
    if report.skipped and str(item.path) not in failed:
        return "the cell was not run."
    raised = any(output.output_type == "error" for output in item.test_outputs or ())
    if report.when == "call" and report.passed and item.options["check_exception"] and not raised:
        return "the cell is tagged to raise an exception, and raised none."
    return ""


def _ended(item: Any) -> str:
    """What is wrong although each cell went well."""
    try:
        told = _ask(item, _file(item, "histories", ".json.gz"))
    except Exception as error:  # noqa: BLE001 - whatever it is, the run was not guarded
        return f"The kernel's guard did not answer: {error!r}"
    told["seconds"] = time.monotonic() - _began[item.path]
    _told[_name(item)] = told
    return "\n".join(told["left"])


def _leave_behind(item: Any) -> None:
    """Keep the notebook as it ran, and the history, for whoever looks for the cause."""
    cells = [each for each in item.session.items if each.parent is item.parent]
    for each in cells:
        each.cell.outputs = each.test_outputs or []
    nbformat.write(item.parent.nb, _file(item, "failed", ".ipynb"))
    try:
        _ask(item, _file(item, "failed", ".history.json.gz"))
    except Exception as error:  # noqa: BLE001 - the failed cell is what is to be told of
        _file(item, "failed", ".history.missing").write_text(f"{error!r}\n")


def _ask(item: Any, history: Path) -> dict[str, Any]:
    """Let the kernel save its history, and return what it says."""
    reply = item.parent.kernel.kc.execute_interactive(
        "import kernel_guard",
        silent=True,
        store_history=False,
        user_expressions={"told": f"kernel_guard.finish({str(history)!r})"},
        output_hook=lambda _: None,
        timeout=KERNEL_SECONDS,
    )
    told = reply["content"]["user_expressions"]["told"]
    if told["status"] != "ok":
        raise RuntimeError(f"{told['ename']}: {told['evalue']}")
    return json.loads(ast.literal_eval(told["data"]["text/plain"]))


def _name(item: pytest.Item) -> str:
    """A notebook's name that no other has: `solutions-01-introduction`."""
    path = item.path.relative_to(item.config.rootpath)
    return "-".join(path.with_suffix("").parts).removeprefix("notebooks-")


def _file(item: pytest.Item, folder: str, ending: str) -> Path:
    path = item.config.rootpath / "build" / folder / f"{_name(item)}{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
