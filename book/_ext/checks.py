"""Ends the build at three faults that Sphinx lets pass, or stops at: a notebook that can't be read;
what Colab, GitHub and JupyterLab would show otherwise, such as MyST; and a picture that says nothing to
those who don't see it.

What is one is told once, in tools/ipynb.py and authoring/rules.py, where the tests ask it as well.
"""

import os
import sys
from pathlib import Path

import nbformat
from docutils import nodes
from ipynb import NotebookError
from nbformat.v4 import new_markdown_cell, new_notebook
from sphinx.util import logging

# below the folder where this file is, not where `make serve` has a link to it
sys.path.append(str(Path(__file__).resolve().parents[2] / "authoring"))
from rules import ALT, homes, is_sentence, load, myst  # noqa: E402

logger = logging.getLogger(__name__)


def check_source(app, docname, source):
    path = Path(os.path.relpath(app.env.doc2path(docname)))
    if path.suffix != ".ipynb":
        return
    try:
        notebook = load(path)
    except NotebookError as error:
        logger.warning(str(error))
        stand_in = new_notebook(cells=[new_markdown_cell(f"# {path.stem}")])
        source[0] = nbformat.writes(stand_in)  # so that the others are built
        return
    ids = [cell.id for cell in notebook.cells]
    for rule in (myst, homes):
        for cell, problem in rule(notebook, earlier=[]):
            place = f"{path}: cell {ids.index(cell) + 1} ({cell})"
            logger.warning(f"{place}, {problem}")


def check_pictures(app, doctree):
    for picture in doctree.findall(nodes.image):
        if not is_sentence(picture.get("alt", "")):
            # MyST gives the picture itself no line; of a notebook, 20003 is the third line of the second cell
            around = picture
            while around.parent and not around.line:
                around = around.parent
            logger.warning(ALT, location=(app.env.docname, around.line))


def setup(app):
    app.connect("source-read", check_source)
    app.connect("doctree-read", check_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
