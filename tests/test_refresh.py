"""`make refresh` stores what a notebook computes, in one normal form, or
leaves it as it was."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import refresh as tool
from alone import settings
from ipynb import METADATA, NotebookError, read
from nbformat.v4 import new_code_cell, new_notebook
from refresh import carried_lab, small_lab
from strange import NO_NOTEBOOKS, OTHER_FORMS

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
        "import matplotlib.pyplot as p\np.title('m' * 99)\n"
        "p.text(0, 0, '$10^{-6}$', size=16)\np.show()",
        id="draws",
    ),
    new_code_cell(
        "1 + 1",
        id="result",
        metadata={
            "execution": {"iopub.execute_input": "12:00:00"},
            "ExecuteTime": {"start_time": "2026-01-31T12:00:00"},
            "colab": {"base_uri": "https://localhost:8080/"},
            "jupyter": {"source_hidden": True, "is_executing": False},
            "mystnb": {"image": {"alt": "Two."}},
            "outputId": "6a8c4f7a",
            "tags": ["hide-input"],
        },
    ),
]
WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
BAD = {  # cell: what it does, and what is said of it
    "warns": ("import warnings\nwarnings.warn('old')", "writes to stderr"),
    "divides": ("1 / 0", "ZeroDivisionError: division by zero"),
    "training-lab": ("script = ''", "below its title, it calls training_lab"),
    "clears": (
        "from IPython.display import clear_output\nclear_output()\n1",
        "it changes an output",
    ),
    "updates": ("display(1, display_id=True).update(2)", "without clear_out"),
    "exits": ("exit()", "it ends the kernel: leave out exit() or quit()"),
    "dies": ("import os\nos._exit(1)", "the kernel died"),
    "asks": ("input('name? ')", "StdinNotImplementedError"),
    "beeps": ("print('\\a')", "control character '\\x07' in its outputs"),
    "draws-over": ("print('1/2\\r2/2')", "no progress bar (verbose=2)"),
    "is-coloured": ("print('\\x1b[31mred')", "control character '\\x1b'"),
    "shows-a-widget": (f"display({WIDGET}, raw=True)", "shows a widget"),
}


def notebook(*cells, **metadata):
    return new_notebook(cells=[*cells], metadata=metadata)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refresh")
    metadata = {
        "colab": {"provenance": [{"file_id": "1"}], "name": "good"},
        "language_info": {"name": "python", "version": "3.0"},
        "widgets": {},
    }
    nbformat.write(notebook(*GOOD, **metadata), folder / "good.ipynb")
    return folder


def refresh(folder, *names, **environment):
    return subprocess.run(
        [
            sys.executable,
            "tools/refresh.py",
            *(folder / name for name in names),
        ],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
    )


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


def test_of_text_that_is_cut_off_or_too_small_a_figure_tells(good):
    faults = "; ".join(good.cells[4].outputs[0].metadata["faults"])
    assert f"'{'m' * 99}' is cut off" in faults
    assert "'0.0' is 8.1 pixels high on a phone" in faults
    assert "'$10^{-6}$' is 9.0 pixels high on a phone" in faults


def test_counts_and_metadata_are_those_of_any_run(good):
    assert [cell.execution_count for cell in good.cells] == [
        1,
        2,
        3,
        None,
        4,
        5,
    ]
    assert [cell.id for cell in good.cells] == [cell.id for cell in GOOD]
    assert good.metadata == METADATA


def test_of_a_cells_metadata_stays_what_a_home_reads(good):
    assert good.cells[-1].metadata == {
        "jupyter": {"source_hidden": True},
        "mystnb": {"image": {"alt": "Two."}},
        "tags": ["hide-input"],
    }


def test_a_second_run_changes_nothing(folder, good):
    before = (folder / "good.ipynb").read_bytes()
    assert "unchanged" in refresh(folder, "good.ipynb").stdout
    assert (folder / "good.ipynb").read_bytes() == before and before.endswith(
        b"}\n"
    )


def test_a_training_lab_gets_the_script_as_it_is_now(folder):
    path = folder / "lab.ipynb"
    begin = new_code_cell("import numpy as np", id="begin")
    call = (
        "# @title Lab\ntraining_lab([0, 1], [1, 2], [1, 2], [0, 1], 'A path.')"
    )
    lab = new_code_cell(call, id="training-lab")
    nbformat.write(notebook(begin, lab), path)
    assert "refreshed" in refresh(folder, "lab.ipynb").stdout
    _, lab = nbformat.read(path, as_version=4).cells
    assert carried_lab(lab.source) == small_lab()
    assert '<training-lab x="' in lab.outputs[0].data["text/html"]


def test_what_fails_is_named_and_left_alone_and_the_others_go_on(tmp_path):
    for id, (source, _) in BAD.items():
        cells = new_code_cell(source, id=id), new_code_cell("2", id="after")
        nbformat.write(notebook(*cells), tmp_path / f"{id}.ipynb")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    nbformat.write(notebook(new_code_cell("1")), tmp_path / "fine.ipynb")
    names = [path.name for path in before]
    run = refresh(tmp_path, "absent.ipynb", *names, "fine.ipynb")
    assert run.returncode == 1
    assert "absent.ipynb: No such file" in run.stderr
    for id, (_, says) in BAD.items():
        (line,) = (n for n in run.stderr.splitlines() if f"/{id}.ipynb" in n)
        assert f"/{id}.ipynb: cell {id}" in line and says in line
    assert before == {path: path.read_bytes() for path in before}
    assert "fine.ipynb: refreshed" in run.stdout
    assert "Traceback" not in run.stderr


# What an author has


def in_a_thread(names):
    """Run the tool here; the tests' browser has an event loop in this one."""
    with ThreadPoolExecutor() as threads:
        return threads.submit(asyncio.run, tool.main(names)).result()


def test_what_was_saved_meanwhile_is_left_alone(tmp_path):
    path = tmp_path / "a.ipynb"
    saves = f"with open({str(path)!r}, 'a') as file:\n    n = file.write(' ')"
    nbformat.write(notebook(new_code_cell(saves)), path)
    before = path.read_bytes()
    run = refresh(tmp_path, "a.ipynb")
    assert run.returncode == 1 and "a.ipynb: was saved meanwhile" in run.stderr
    assert path.read_bytes() == before + b" "


def test_a_link_stays_one(tmp_path):
    (tmp_path / "home").mkdir()
    nbformat.write(notebook(new_code_cell("1")), tmp_path / "home/a.ipynb")
    (tmp_path / "a.ipynb").symlink_to("home/a.ipynb")
    assert "refreshed" in refresh(tmp_path, "a.ipynb").stdout
    assert (tmp_path / "a.ipynb").is_symlink()
    assert read(tmp_path / "home/a.ipynb").cells[0].outputs
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_read_only_file_is_refused(tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(notebook(new_code_cell("1")), path)
    path.chmod(0o444)
    run = refresh(tmp_path, "a.ipynb")
    assert run.returncode == 1 and "a.ipynb: is read-only" in run.stderr
    assert read(path).cells[0].outputs == []


def test_the_others_go_on_after_an_error_that_nobody_expects(
    tmp_path, monkeypatch, capsys
):
    names = [str(tmp_path / "a.ipynb"), str(tmp_path / "b.ipynb")]
    for name in names:
        nbformat.write(notebook(new_code_cell("1")), name)
    results = iter([1 / 2, 0])
    monkeypatch.setattr(tool, "normalise", lambda _: 1 / next(results))
    assert in_a_thread(names) is False
    said = capsys.readouterr()
    assert "ipynb: ZeroDivisionError: division by zero" in said.err
    assert "ipynb: refreshed" in said.out


def test_the_front_page_follows_by_whatever_path(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    draws = "from PIL import Image\n\nImage.new('RGB', (1, 1))"
    path = tmp_path / "book/05-visualization.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook(new_code_cell(draws, id="plot-path")), path)
    again = path.parent / ".." / "book" / path.name
    assert in_a_thread([str(again)])
    picture = read(path).cells[0].outputs[0].data["image/png"]
    assert (tmp_path / "book/front.png").read_bytes() == base64.b64decode(
        picture
    )


# What another editor has written


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_a_notebook_of_another_form_is_sent_to_refresh(tmp_path, form):
    content, says, _ = OTHER_FORMS[form]
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=says) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).endswith(f": make refresh NB={path}")


def test_a_notebook_of_another_form_is_brought_into_the_books(tmp_path):
    for form, (content, _, _) in OTHER_FORMS.items():
        (tmp_path / f"{form}.ipynb").write_bytes(content)
    run = refresh(tmp_path, *(f"{form}.ipynb" for form in OTHER_FORMS))
    assert run.returncode == 0, run.stderr
    for form, (_, _, ids) in OTHER_FORMS.items():
        cells = read(tmp_path / f"{form}.ipynb").cells
        assert [cell.id for cell in cells] == ids, form


@pytest.mark.parametrize("kind", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_named_with_the_cure(tmp_path, kind):
    path = tmp_path / "a.ipynb"
    content, says = NO_NOTEBOOKS[kind]
    path.write_bytes(content)
    for mend in (False, True):
        with pytest.raises(NotebookError) as error:
            read(path, mend)
        assert str(error.value).startswith(f"{path}: ")
        assert says in str(error.value)


# What is another's


PERSONAL = {
    "COLUMNS": "40",
    "KERAS_BACKEND": "torch",
    "LC_ALL": "de_DE",
    "PYTHONPATH": "/nowhere",
    "PYTHONWARNINGS": "always",
    "TF_USE_LEGACY_KERAS": "1",
}


def test_no_personal_setting_reaches_a_notebook(tmp_path):
    """Nor does a kernel that lies about under the name of Python's."""
    kernel = {"argv": ["false"], "display_name": "", "language": "python"}
    path = tmp_path / "kernels/python3/kernel.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(kernel), encoding="utf-8")
    source = f"import os\nprint({set(PERSONAL)} & set(os.environ))"
    nbformat.write(notebook(new_code_cell(source)), tmp_path / "a.ipynb")
    here = {"JUPYTER_PATH": str(tmp_path), "JUPYTER_DATA_DIR": str(tmp_path)}
    run = refresh(tmp_path, "a.ipynb", **PERSONAL, **here)
    assert run.returncode == 0, run.stderr
    (output,) = read(tmp_path / "a.ipynb").cells[0].outputs
    assert output.text == "set()\n"


def test_what_test_repeat_sets_reaches_a_notebook(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    assert settings()["TF_ENABLE_ONEDNN_OPTS"] == "0"


def test_a_console_may_lack_characters(tmp_path):
    nbformat.write(notebook(new_code_cell("1")), str(tmp_path / "é.ipynb"))
    run = refresh(tmp_path, "é.ipynb", PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert r"\xe9.ipynb: refreshed" in run.stdout
