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
PLOT = """import matplotlib.pyplot as plt

%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
plt.figure(figsize=(2, 1))
plt.plot([0, 1, 2], [10, 9, 7], "C0o-", label="path")
plt.plot([5], [4], "kx")
plt.title("A path")
plt.xlim(-1, 6)
plt.ylim(3, 11)
plt.show()"""
AXES = "Axes, A path: -1 6 3 11"
PATH = "Line2D, path, o, -, #1f77b4ff: 3 0 10 2 7 0 7 2 10 1 8.667"
MARK = "Line2D, x, None, #000000ff: 1 5 4 5 4 5 4 5 4 5 4"
FIGURES = {  # what is stored: what is drawn there
    "the-same": [AXES, PATH, MARK],
    "the-same-but-for-rounding": [AXES, PATH, MARK.replace("5 4", "5.001 4")],
    "a-marker-one-unit-off": [AXES, PATH, MARK.replace("5 4", "5 5")],
    "a-path-to-another-epoch": [
        AXES,
        PATH.replace(
            "3 0 10 2 7 0 7 2 10 1 8.667", "2 0 10 1 9 0 9 1 10 0.5 9.5"
        ),
        MARK,
    ],
    "a-path-with-another-turn": [AXES, PATH.replace("8.667", "8.333"), MARK],
    "another-colour": [AXES, PATH, MARK.replace("000000", "ff0000")],
    "another-title": [AXES.replace("A path", "A walk"), PATH, MARK],
    "one-curve-more": [AXES, PATH, MARK, MARK],
    "one-curve-less": [AXES, PATH],
    "no-record": [],
}
WHOLE = {  # what is said of a notebook that can't go on: its cells
    "dies.ipynb, cell bad: the kernel died": "import os\n\nos._exit(1)",
    "exits.ipynb, cell bad: it ends the kernel": "exit()",
    "unrun.ipynb, cell bad: it was never run: make refresh NB=": "1",
    "old.ipynb: is of nbformat 4.4, not 4.5: make refresh NB=": "1",
}
WRONG = {"answer": "answer = 0", "says": "saw 0"}
SUMS = [
    code("takes-sums", "import tensorflow as tf\n\nv = tf.Variable([1e8, 1])"),
    code(
        "prints-few-digits",
        """with tf.GradientTape() as tape:
    loss = tf.reduce_mean(tf.square(v))
print(f"{loss:.4g}, slopes {tape.gradient(loss, v)}")""",
        "5e+15, slopes [1.e+08 1.e+00]\n",
    ),
    code(
        "prints-too-many",
        """print(float(tf.reduce_sum([1e8, 1, -1e8])))
print(float(tf.math.reduce_mean([1e8, -1e8, 3])))""",
        "0.0\n1.0\n",
    ),
    code(
        "prints-too-many-of-keras",
        """print(float(tf.keras.ops.sum(tf.constant([1e8, 1, -1e8]))))
print(float(tf.keras.ops.mean(tf.constant([1e8, -1e8, 3]))))""",
        "0.0\n1.0\n",
    ),
]
EXERCISES = {  # what is said of its check: what differs from 3 of each kind
    "This answer is accepted:\n    answer = 1": {
        "wrong": [WRONG, WRONG, {"answer": "answer = 1", "says": "saw 1"}]
    },
    "This answer is not told 'saw 6'": {
        "wrong": [WRONG, WRONG, {"answer": "answer = 7", "says": "saw 6"}]
    },
    "This answer makes the check raise TypeError": {},
    "No wrong answer is told 'nine is too much'": {},
    "There are 2 wrong answers, not 3 or more": {"wrong": [WRONG] * 2},
    "This answer is right, and refused:\n    answer = 6.0": {
        "right": [{"answer": "answer = 6.0"}] * 3
    },
    "This answer is accepted:\n    answer = 8": {},  # a mutant of 7
    "This answer is right, and refused:\n    answer = 9": {
        "equal": [{"mutant": "answer = 9", "why": "wrongly so called"}]
    },
    "No mutant has 'answer = 7', which is called equal": {
        "equal": [{"mutant": "answer = 7", "why": "long gone"}]
    },
    "it doesn't come to an end": {
        "right": [{"answer": "while True:\n    pass"}] * 3
    },
}


def tried(number, **answers):
    right = {"right": [{"answer": f"answer = {number}"}] * 3}
    return right | {"wrong": [WRONG] * 3} | answers


def write(folder, name, cells, answers):
    nbformat.write(chapter(cells), folder / f"{name}.ipynb")
    numbered = {
        f"exercise-{n}": tried(n, **kinds)
        for n, kinds in enumerate(answers, start=1)
    }
    path = folder / f"authoring/answers/{name}.yml"
    path.write_text(yaml.safe_dump(numbered), encoding="utf-8")


def run(folder, *arguments):
    """Run pytest as the project does, but in another folder than its own."""
    command = "-m pytest -c pyproject.toml -p conftest -n0 -rA --color=no"
    command += " -o answer_timeout=1"
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("PYTEST_") and k != "CI"  # which tells more
    }
    return subprocess.run(
        [sys.executable, *command.split(), f"--rootdir={folder}", *arguments],
        env=kept | {"PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    (folder / "authoring/answers").mkdir(parents=True)
    (folder / "beside.py").touch()

    count = len(EXERCISES)
    exercises = [c for n in range(1, count + 1) for c in exercise(n)]
    checks = {cell.id: cell for cell in exercises}
    careless, idle, lax = (checks[f"check-{n}"] for n in (3, 4, 7))
    careless.source = careless.source.replace("answer,", "answer + 0,")
    idle.source = f"mistakes = [(9, 'nine is too much')]\n{idle.source}"
    lax.source = lax.source.replace("7)", "answer if answer == 8 else 7)")
    refused = [cell for cells in REFUSED.values() for cell in cells]
    write(folder, "broken", [*FINE, *refused, *exercises], EXERCISES.values())
    write(folder, "sums", SUMS, [])
    figure, text = NAVY.resize((200, 100)), "<Figure size 200x100 with 1 Axes>"
    plots = [
        drawing(id, PLOT, figure, text=text, drawn=lines)
        for id, lines in FIGURES.items()
    ]
    write(folder, "plots", plots, [])
    write(folder, "good", chapters()[0].cells, [{}] * 3)
    return folder


@pytest.fixture(scope="module")
def report(folder):
    """What pytest says of each cell of the broken notebook."""
    said = run(folder, folder / "broken.ipynb").stdout
    passed = dict.fromkeys(re.findall(r"^PASSED .*::(\S+)", said, re.M), "")
    failed = re.findall(r"(?s)\n_+ \S+::(\S+) _+\n(.*?)(?=\n[_=]{5})", said)
    return passed | dict(failed)


def test_without_a_fault_all_pass_and_the_cost_is_told(folder):
    limit = ("--budget", "-o", "notebook_budget=1")
    record = folder / "record.json"
    result = run(folder, folder / "good.ipynb", *limit, f"--record={record}")
    assert re.search(r"= \d+ passed in", result.stdout)
    assert "over the limit, 1" in result.stdout and result.returncode == 1
    cost = json.loads(record.read_text(encoding="utf-8"))["chapters"][
        "good.ipynb"
    ]
    assert 0.1 < cost["seconds"] < 60 and 20e6 < cost["bytes"] < 2e9


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


def refused(said, cells):
    """The cells that failed, of so many."""
    verdicts = re.findall(r"^(PASSED|FAILED) .*?::(\S+)", said, re.MULTILINE)
    assert len(verdicts) == cells
    return {cell for verdict, cell in verdicts if verdict == "FAILED"}


@pytest.mark.parametrize("order", [None, "float64", "reversed"])
def test_sums_taken_otherwise_find_digits_that_hold_nowhere_else(
    folder, order
):
    sums = [f"--sums={order}"] if order else []
    said = run(folder, folder / "sums.ipynb", *sums).stdout
    failed = refused(said, len(SUMS))
    too_many = {"prints-too-many", "prints-too-many-of-keras"}
    assert failed == (too_many if order else set())


def test_without_their_pixels_figures_are_known_by_what_is_drawn(folder):
    said = run(folder, folder / "plots.ipynb", "--drawn").stdout
    fine = {"the-same", "the-same-but-for-rounding"}
    assert refused(said, len(FIGURES)) == set(FIGURES) - fine
    assert f"stored, new:\n{MARK.replace('5 4', '5 5')}\n{MARK}\n" in said


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
