"""The lab as the chapters store it."""

from ipynb import read

CHAPTERS = ["book/04-tape-loop.ipynb", "book/05-visualization.ipynb"]


def lab_cell(path):
    cells = read(path).cells
    return next(cell for cell in cells if cell.id == "training-lab")


def stored_lab(path):
    """The HTML of the lab that a notebook stores."""
    return lab_cell(path).outputs[-1].data["text/html"]
