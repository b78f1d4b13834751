"""`make refresh` stores what a notebook computes, in one normal form, or
leaves it as it was."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from refresh import carried_lab, small_lab

GOOD = [
    new_code_cell(
        "import os, time\nn = os.write(2, b'a log line')\nprint(os.listdir())",
        id="empty-folder",
    ),
    new_code_cell(
        "print('one', flush=True)\ntime.sleep(0.5)\nprint('two')",
        id="in-pieces",
    ),
    new_code_cell(
        "time.strptime('')",
        id="raises",
        metadata={"tags": ["raises-exception"]},
    ),
    new_code_cell("", id="blank"),
    new_code_cell(
        "1 + 1",
        id="result",
        metadata={"execution": {"iopub.execute_input": "12:00:00"}},
    ),
]
BAD = {
    "warning.ipynb": [
        new_code_cell(
            "import warnings\nwarnings.warn('deprecated')", id="warns"
        )
    ],
    "error.ipynb": [new_code_cell("1 / 0", id="divides")],
    "bare.ipynb": [new_code_cell("script = ''", id="training-lab")],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refresh")
    for name, cells in {"good.ipynb": GOOD, **BAD}.items():
        metadata = {
            "colab": {"provenance": []},
            "language_info": {"name": "python", "version": "3.0"},
        }
        nbformat.write(
            new_notebook(cells=cells, metadata=metadata), folder / name
        )
    (folder / "torn.ipynb").write_text('{"cells": [')
    return folder


def refresh(folder, *names):
    command = [
        sys.executable,
        "tools/refresh.py",
        *(folder / name for name in names),
    ]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def good(folder):
    run = refresh(folder, "good.ipynb")
    assert run.returncode == 0, run.stderr
    return nbformat.read(folder / "good.ipynb", as_version=4)


def test_a_notebook_runs_in_an_empty_folder_without_log_lines(good):
    assert [output.text for output in good.cells[0].outputs] == ["[]\n"]


def test_pieces_of_text_are_joined(good):
    assert [output.text for output in good.cells[1].outputs] == ["one\ntwo\n"]


def test_a_traceback_shows_the_notebook_only(good):
    traceback = "\n".join(good.cells[2].outputs[0].traceback)
    assert (
        "strptime" in traceback
        and "ValueError" in traceback
        and "_strptime.py" not in traceback
    )


def test_counts_and_metadata_are_those_of_any_run(good):
    assert [cell.execution_count for cell in good.cells] == [1, 2, 3, None, 4]
    assert [cell.id for cell in good.cells] == [cell.id for cell in GOOD]
    assert "execution" not in good.cells[-1].metadata
    assert good.metadata.language_info == {
        "name": "python"
    } and good.metadata.colab == {"provenance": []}


def test_a_second_run_changes_nothing(folder, good):
    before = (folder / "good.ipynb").read_bytes()
    assert "unchanged" in refresh(folder, "good.ipynb").stdout
    assert (folder / "good.ipynb").read_bytes() == before and before.endswith(
        b"}\n"
    )


def test_a_training_lab_gets_the_script_as_it_is_now(folder):
    path = folder / "lab.ipynb"
    cell = new_code_cell('SCRIPT = "old"', id="training-lab")
    nbformat.write(new_notebook(cells=[cell]), path)
    assert "refreshed" in refresh(folder, "lab.ipynb").stdout
    (cell,) = nbformat.read(path, as_version=4).cells
    assert carried_lab(cell.source) == small_lab()
    assert len(cell.source.splitlines()) == 1


def test_what_fails_is_named_and_left_alone(folder):
    before = {name: (folder / name).read_bytes() for name in BAD}
    run = refresh(folder, *BAD, "torn.ipynb", "absent.ipynb")
    assert run.returncode == 1
    assert "warning.ipynb: cell warns writes to stderr" in run.stderr
    assert (
        "error.ipynb: cell divides: ZeroDivisionError: division by zero"
        in run.stderr
    )
    assert 'bare.ipynb: cell training-lab has no line SCRIPT = "' in run.stderr
    assert "torn.ipynb: not a notebook" in run.stderr
    assert "absent.ipynb: No such file" in run.stderr
    assert before == {name: (folder / name).read_bytes() for name in BAD}
