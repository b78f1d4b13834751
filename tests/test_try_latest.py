"""What make try-latest installs, and how it tells what has changed."""

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
import try_latest
from PIL import Image
from sample import DRAW, chapter, code, drawing

WARN = "import warnings\n\nwarnings.warn"
EXCUSED = try_latest.WARNINGS[-1].split(":")[1] + " this and that"
CELLS = [
    code("prints-the-same", "print('loss 1.0')", "loss 1.0\n"),
    code("prints-another", "print('a')\nprint('loss 1.0')", "a\nloss 1.1\n"),
    code("prints-more", "print('one')\nprint('two')", "one\n"),
    code("raises", "1 / 0"),
    code("uses-what-will-go", f"{WARN}('old', DeprecationWarning)"),
    code("is-excused", f"{WARN}({EXCUSED!r}, DeprecationWarning)"),
    drawing("draws-another", DRAW, Image.new("RGB", (20, 10))),
]


def test_names_the_notebook_the_cell_and_the_change(tmp_path, monkeypatch):
    (tmp_path / "book").mkdir()
    for name in ("tests/plugins", "tools"):
        shutil.copytree(name, tmp_path / name)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(name, tmp_path / name)
    nbformat.write(chapter(CELLS), tmp_path / "book/01-first.ipynb")
    report = tmp_path / "report.xml"
    monkeypatch.setenv("PYTEST_ADDOPTS", "-n0")
    try_latest.test(sys.executable, report, folder=tmp_path)
    changes = list(try_latest.changes(report))
    assert {where for where, _, _ in changes} == {"book/01-first.ipynb"}
    assert {cell: what for _, cell, what in changes} == {
        "prints-another": "loss 1.1 → loss 1.0",
        "prints-more": "nothing → two",
        "uses-what-will-go": "DeprecationWarning: old",
        "raises": "ZeroDivisionError: division by zero",
        "draws-another": "picture 1 differs: RMS 73.9 of 255, allowed 1",
    }


@pytest.mark.parametrize(
    "line, pre, expected",
    [
        ("numpy>=2.1,<2.5  # needs Python 3.12", False, "numpy>=2.1"),
        ("numpy>=2.1,<2.5  # needs Python 3.12", True, "numpy>=2.1.dev0"),
        ("ruff>=0.12", True, "ruff>=0.12"),
        ("pyyaml", False, "pyyaml"),
        ("jupyter-book>=1,<2  # held back: why", True, "jupyter-book<2,>=1"),
    ],
)
def test_takes_the_newest_but_what_is_held_back(line, pre, expected):
    assert str(try_latest.newest(line, pre)) == expected


def test_what_is_held_back_has_a_reason():
    for line in (
        Path("requirements.txt").read_text(encoding="utf-8").splitlines()
    ):
        _, found, reason = line.partition("# held back")
        assert not found or len(reason) > len(": why"), line
