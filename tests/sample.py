"""Two tiny chapters that keep all rules. The tests of the tests break them."""

import base64
import io
from copy import deepcopy
from pathlib import Path

from ipynb import METADATA
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from PIL import Image

FOLD = {"cellView": "form", "jupyter": {"source_hidden": True}}
DOUBLE = "def double(n):\n    return 2 * n"
SETUP = """# @title The checker
def check(answer, expected):
    right = type(answer) is int and answer == expected
    print("✓" if right else f"✗ saw {answer}")"""
DRAW = "from PIL import Image\n\nImage.new('RGB', (20, 10), 'navy')"
IMAGE = "<PIL.Image.Image image mode=RGB size=20x10>"
NAVY = Image.new("RGB", (20, 10), "navy")


def code(id, source, printed="", tags=(), **metadata):
    outputs = [new_output("stream", text=printed)] if printed else []
    metadata |= {"tags": list(tags)} | (FOLD if "hide-cell" in tags else {})
    return new_code_cell(source, id=id, metadata=metadata, outputs=outputs)


def drawing(id, source, *pictures, text=IMAGE, drawn=()):
    """A cell that draws, and pictures that are stored as if it drew them."""
    image = {"alt": "A picture of one colour, navy."}
    cell = code(id, source, mystnb={"image": image})
    for picture in pictures:
        png = io.BytesIO()
        picture.save(png, "PNG")
        data = {
            "image/png": base64.b64encode(png.getvalue()).decode(),
            "text/plain": text,
        }
        metadata = {"drawn": list(drawn)} if drawn else {}
        output = new_output("display_data", data, metadata=metadata)
        cell.outputs.append(output)
    return cell


def exercise(n):
    source = f"def check_{n}():\n    check(answer, {n})\n\n\ncheck_{n}()"
    return [
        code(f"exercise-{n}", "answer = 0", tags=["exercise"]),
        code(
            f"check-{n}",
            f"# @title Check\n{source}",
            "✗ saw 0\n",
            ["check", "hide-cell"],
        ),
        code(
            f"solution-{n}",
            f"# @title Solution\nanswer = {n}\ncheck_{n}()",
            "✓\n",
            ["solution", "hide-cell"],
        ),
    ]


def chapter(cells):
    notebook = new_notebook(cells=cells, metadata=deepcopy(METADATA))
    runs = [cell for cell in cells if cell.cell_type == "code"]
    for count, cell in enumerate(runs, start=1):
        cell.execution_count = count
    return notebook


def chapters():
    first = chapter(
        [
            new_markdown_cell("# First\n\nA half is 0.5.", id="title"),
            code("begin", "import math\n\nprint('ready')", "ready\n"),
            code("checker", SETUP, tags=["setup", "hide-cell"]),
            code("double", DOUBLE),
            code("number", "print(double(0.25))", "0.5\n"),
            drawing("picture", DRAW, NAVY),
            new_markdown_cell("## Exercises", id="exercises"),
            *exercise(1),
            *exercise(2),
            *exercise(3),
            new_markdown_cell("Next: [model](02-model.ipynb)", id="next"),
        ],
    )
    recap = ["recap", "hide-cell"]
    second = chapter(
        [
            new_markdown_cell("# Second", id="title"),
            code("begin", "import math\n\nprint('ready')", "ready\n"),
            code("checker", SETUP, tags=["setup", "hide-cell"]),
            code(
                "recap",
                f"# @title Recap\n# repeats: double\n\n\n{DOUBLE}",
                tags=recap,
            ),
            code("triple", "def triple(n):\n    return 3 * n"),
            *exercise(1),
            *exercise(2),
            *exercise(3),
        ],
    )
    first.path = Path("book/first.ipynb")  # beside 02-model.ipynb
    second.path = Path("book/second.ipynb")
    return first, second
