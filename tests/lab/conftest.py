"""What the tests of the training lab share.

Without node or Chromium the tests that need it are left out, and pytest says
so at its end; in CI (with CI set) they fail.
"""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from alone import ENVIRONMENT

CHAPTERS = ["book/04-tape-loop.ipynb", "book/05-visualization.ipynb"]


def need(found, what, how):
    """Leave the test out if what it needs is missing; in CI, fail it."""
    if not found:
        say = f"tests/lab needs {what}: {how}"
        if os.environ.get("CI"):
            pytest.fail(say, pytrace=False)
        pytest.skip(say)


def lab_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.id == "training-lab")


def stored_lab(path):
    """The HTML of the lab that a notebook stores."""
    return lab_cell(path).outputs[-1].data["text/html"]


@pytest.fixture(scope="session")
def reference():
    """What TensorFlow and Keras compute; see reference.py."""
    run = subprocess.run(
        [sys.executable, "tests/lab/reference.py"],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="session")
def node():
    need(shutil.which("node"), "node", "sudo apt install nodejs npm")
    return shutil.which("node")
