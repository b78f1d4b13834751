"""The lab as the chapters store it."""

import nbformat

CHAPTERS = ["book/04-tape-loop.ipynb", "book/05-visualization.ipynb"]


def lab_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.id == "training-lab")


def stored_lab(path):
    """The HTML of the lab that a notebook stores."""
    return lab_cell(path).outputs[-1].data["text/html"]
