"""One style, and no misspelt words, in notebooks too."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command",
    [
        "ruff check --output-format=concise",
        "ruff format --check --output-format=concise",
        "codespell_lib",
    ],
)
def test_style(command):
    result = subprocess.run(
        [sys.executable, "-m", *command.split()],
        capture_output=True,
        encoding="utf-8",
    )
    if result.returncode:
        pytest.fail(result.stdout + result.stderr, pytrace=False)
