"""One style, and no misspelt words."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["ruff check", "ruff format --check", "codespell_lib"])
def test_style(command):
    run = subprocess.run([sys.executable, "-m", *command.split()], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
