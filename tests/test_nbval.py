"""What `make test` lets a cell do, and what not.

TensorFlow's C++ side logs time-stamped lines to the stderr of the process.
ipykernel leaves them out of a cell's outputs under pytest, and would show
them otherwise; nothing documents this, so it is pinned down here.
"""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
import yaml
from PIL import Image
from sample import (
    DRAW,
    NAVY,
    SETUP,
    chapter,
    chapters,
    code,
    drawing,
    exercise,
)

FINE = [
    code("setup", SETUP),
    code("logs-below-python", "import os\n\nn = os.write(2, b'a line')"),
    code(
        "runs-on-other-versions",
        "print('TensorFlow 2.0, Keras 3.0, on GPU')",
        "TensorFlow 3.9.9, Keras 4.0, on CPU\n",
    ),
    drawing("draws-the-same", DRAW, NAVY),
    drawing("draws-nearly-it", DRAW, Image.new("RGB", (20, 10), "#010080")),
]
REFUSED = {  # what is said of them: the cells
    "Cell outputs differ": [
        code(
            "says-where-it-is",
            "import os\n\nprint(os.getcwd(), os.listdir())",
            "unknown\n",
        ),
        code("prints-another-number", "print('loss 1.0')", "loss 1.1\n"),
        code("prints-nothing-where-it-did", "1 + 1;", "2\n"),
        code("prints-where-nothing-is-stored", "print(2)"),
        code("warns", "import sys\n\nn = sys.stderr.write('a warning')"),
        drawing("draws-once-where-it-did-twice", DRAW, NAVY, NAVY),
    ],
    "it changes an output": [
        code("clears", "from IPython.display import clear_output as c\nc()"),
        code("updates", "display(1, display_id=True).update(2)", "1\n"),
    ],
    "Cell execution caused an exception": [
        code("reads-a-file-beside-it", "text = open('beside.py').read()"),
        code("imports-what-lies-beside-it", "import beside"),
        code("raises", "1 / 0"),
    ],
    "picture 1 differs: RMS 73.9 of 255, allowed 1": [
        drawing("draws-another-colour", DRAW, Image.new("RGB", (20, 10)))
    ],
    "picture 1 differs: (width, height) (20, 10), stored (20, 30)": [
        drawing("draws-another-size", DRAW, Image.new("RGB", (20, 30)))
    ],
}
WHOLE = {  # what is said of a notebook that can't go on: its cells
    "dies.ipynb, cell bad: the kernel died": "import os\n\nos._exit(1)",
    "exits.ipynb, cell bad: it ends the kernel": "exit()",
    "unrun.ipynb, cell bad: it was never run: make refresh NB=": "1",
    "old.ipynb: is of nbformat 4.4, not 4.5: make refresh NB=": "1",
}
WRONG = {"answer": "answer = 0", "says": "saw 0"}
EXERCISES = {  # what is said of its check: the wrong answers it is tried on
    "This answer is accepted:\n    answer = 1": [
        WRONG,
        WRONG,
        {"answer": "answer = 1", "says": "saw 1"},
    ],
    "This answer is not told 'saw 6'": [
        WRONG,
        WRONG,
        {"answer": "answer = 7", "says": "saw 6"},
    ],
    "This answer makes the check raise TypeError": [WRONG] * 3,
    "No wrong answer is told 'nine is too much'": [WRONG] * 3,
    "2 wrong answers to exercise-5, not 3 or more": [WRONG] * 2,
}


def write(folder, name, cells, wrong_answers):
    nbformat.write(chapter(cells), folder / f"{name}.ipynb")
    numbered = enumerate(wrong_answers, start=1)
    wrong_answers = {f"exercise-{n}": answers for n, answers in numbered}
    path = folder / f"authoring/answers/{name}.yml"
    path.write_text(yaml.safe_dump(wrong_answers), encoding="utf-8")


def run(folder, *arguments):
    """Run nbval as the project does, but in another folder than its own."""
    command = "-m pytest -c pyproject.toml -p conftest -n0 -rA --color=no"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *command.split(), f"--rootdir={folder}", *arguments],
        env=kept | {"PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nbval")
    (folder / "authoring/answers").mkdir(parents=True)
    (folder / "beside.py").touch()

    exercises = [cell for n in range(1, 6) for cell in exercise(n)]
    checks = {cell.id: cell for cell in exercises}
    careless, idle = checks["check-3"], checks["check-4"]
    careless.source = careless.source.replace("answer,", "answer + 0,")
    idle.source = f"mistakes = [(9, 'nine is too much')]\n{idle.source}"
    refused = [cell for cells in REFUSED.values() for cell in cells]
    write(folder, "broken", [*FINE, *refused, *exercises], EXERCISES.values())
    write(folder, "good", chapters()[0].cells, [[WRONG] * 3] * 3)
    return folder


@pytest.fixture(scope="module")
def report(folder):
    """What pytest says of each cell of the broken notebook."""
    said = run(folder, folder / "broken.ipynb").stdout
    passed = dict.fromkeys(re.findall(r"^PASSED .*::(\S+)", said, re.M), "")
    failed = re.findall(r"(?s)\n_+ \S+::(\S+) _+\n(.*?)(?=\n[_=]{5})", said)
    return passed | dict(failed)


def test_without_a_fault_all_pass_unless_the_cost_is_held_to_a_limit(folder):
    limit = ("--budget", "-o", "notebook_budget=1")
    result = run(folder, folder / "good.ipynb", *limit)
    assert result.returncode == 1
    assert "over the limit, 1" in result.stdout
    assert re.search(r"= \d+ passed in", result.stdout)


@pytest.mark.parametrize("cell", [cell.id for cell in FINE])
def test_a_cell_passes_that(report, cell):
    assert report[cell] == ""


@pytest.mark.parametrize(
    "says, cell",
    [(says, cell.id) for says, cells in REFUSED.items() for cell in cells]
    + [(says, f"check-{n}") for n, says in enumerate(EXERCISES, start=1)],
)
def test_a_cell_fails_that(report, says, cell):
    assert f"broken.ipynb, cell {cell}: " in report[cell]
    assert says in report[cell]
    assert len(report[cell]) < 1500, "a failure is read at a glance"


def test_what_ends_a_notebook_is_named_and_the_others_go_on(folder):
    for says, source in WHOLE.items():
        notebook = chapter([code("bad", source), code("after", "x = 1")])
        notebook.nbformat_minor = 4 if "4.4" in says else 5
        if "never run" in says:
            notebook.cells[0].execution_count = None
        name = says.partition(".ipynb")[0]
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
    names = ["dies", "exits", "unrun", "old", "good"]
    said = run(folder, *(folder / f"{name}.ipynb" for name in names)).stdout
    for says in WHOLE:
        assert said.count(says) == 1, said
    assert "= 4 failed" in said and "Traceback" not in said
    assert re.search(r"^PASSED .*good.ipynb::picture", said, re.MULTILINE)


def test_another_picture_is_shown_beside_the_stored_one(folder, report):
    path = "_build/figures/broken-draws-another-size.png"
    assert path in report["draws-another-size"]
    assert Image.open(folder / path).size == (3 * 20, 30)


def test_the_kernels_folder_is_gone(report):
    path = re.search(r"(/\S+) \[\]", report["says-where-it-is"])[1]
    assert not os.path.exists(path)
