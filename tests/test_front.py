"""The picture of the README and of links to the site is one of chapter 5."""

import base64
from pathlib import Path

from ipynb import read


def test_front_figure_is_that_of_chapter_5():
    cells = read("book/05-visualization.ipynb").cells
    outputs = next(cell.outputs for cell in cells if cell.id == "plot-path")
    pictures = [
        output.data["image/png"] for output in outputs if "data" in output
    ]
    advice = "out of date: make refresh NB=book/05-visualization.ipynb"
    assert Path("book/front.png").read_bytes() == base64.b64decode(
        pictures[0]
    ), advice
