"""One style, and no misspelt words, in notebooks too."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from sample import chapter, code

CONCISE = "--config=pyproject.toml --output-format=concise"
COMMANDS = {
    f"ruff check {CONCISE}": code("lint", "print(undefined)"),
    f"ruff format --check {CONCISE}": code("form", "n=1"),
    "codespell_lib --toml=pyproject.toml": new_markdown_cell("rec" + "ieve"),
}


def run(command, *paths):
    return subprocess.run(
        [sys.executable, "-m", *command.split(), *paths],
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_style(command):
    result = run(command)
    if result.returncode:
        pytest.fail(result.stdout + result.stderr, pytrace=False)


@pytest.mark.parametrize("command, cell", COMMANDS.items())
def test_style_catches(tmp_path, command, cell):
    path = tmp_path / "broken.ipynb"
    nbformat.write(chapter([cell]), path)
    assert run(command, path).returncode


def test_to_open_a_file_without_naming_its_encoding_is_an_error():
    """In the tests, and in what they start: see conftest.py."""
    command = [sys.executable, "-c", "open('README.md')"]
    run = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8")
    assert run.returncode and "EncodingWarning" in run.stderr
