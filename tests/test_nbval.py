"""What `make test` lets a cell do, and what not.

TensorFlow's C++ side logs time-stamped lines to the stderr of the process. ipykernel leaves them
out of a cell's outputs under pytest, and would show them otherwise; nothing documents this, so
it is pinned down here.
"""

import os
import re
import subprocess
import sys

import nbformat.v4
import pytest

CELLS = {
    "logs below Python": ("import os; n = os.write(2, b'12:00:00 a log line')", []),
    "warns in Python": ("import sys; n = sys.stderr.write('a warning')", []),
    "runs on other versions": ("print('TensorFlow 2.0, Keras 3.0, on GPU')", "TensorFlow 3.9.9, Keras 4.0, on CPU\n"),
    "prints another number": ("print('loss 1.0')", "loss 1.1\n"),
    "prints nothing where it did": ("1 + 1;", "2\n"),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """Run the cells as one notebook under the project's own settings; name each outcome."""
    notebook = nbformat.v4.new_notebook()
    for count, (source, printed) in enumerate(CELLS.values(), start=1):
        outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
        notebook.cells.append(nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs))
    path = tmp_path_factory.mktemp("nbval") / "cells.ipynb"
    nbformat.write(notebook, path)

    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-n0", "-rA", "--color=no", path]
    report = subprocess.run(command, env=environment, capture_output=True, text=True).stdout
    results = re.findall(r"^(PASSED|FAILED) .*::Cell (\d+)", report, flags=re.MULTILINE)
    assert len(results) == len(CELLS), report
    return {list(CELLS)[int(number)]: result for result, number in results}


@pytest.mark.parametrize("what", ["logs below Python", "runs on other versions"])
def test_a_cell_may_differ_when_it(outcome, what):
    assert outcome[what] == "PASSED"


@pytest.mark.parametrize("what", ["warns in Python", "prints another number", "prints nothing where it did"])
def test_a_cell_fails_when_it(outcome, what):
    assert outcome[what] == "FAILED"
