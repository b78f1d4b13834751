"""Ends the build, with file and line, at what Sphinx lets pass, or stops at.

A notebook that can't be read, a picture without a text for those who don't see it, a heading that skips a level, and MyST
in a notebook, which Colab, GitHub and JupyterLab would show raw.
"""

import os
import re
from pathlib import Path

import nbformat
from docutils import nodes
from ipynb import NotebookError, read
from nbformat.v4 import new_markdown_cell, new_notebook
from sphinx.util import logging

MYST = re.compile(
    r"^ *(?:`{3,}|:{3,}|~{3,})\{[\w:-]+\}|\{[\w:-]+\}`[^`]+`|^\([\w-]+\)=$|^\+\+\+",
    re.MULTILINE,
)
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)
FENCED = re.compile(
    r"^ *(`{3,}|~{3,})(?!\{).*?^ *\1", re.MULTILINE | re.DOTALL
)

logger = logging.getLogger(__name__)


def texts(path):
    """Pairs of a place and a text: for a notebook its Markdown cells, told by number and id."""
    if path.suffix == ".ipynb":
        for number, cell in enumerate(read(path).cells, start=1):
            if cell.cell_type == "markdown":
                yield f"{path}: cell {number} ({cell.id}), line ", cell.source
    else:
        yield f"{path}:", path.read_text(encoding="utf-8")


def check_source(app, docname, source):
    path = Path(os.path.relpath(app.env.doc2path(docname)))
    try:
        found = list(texts(path))
    except NotebookError as error:
        logger.warning(str(error))
        stand_in = new_notebook(cells=[new_markdown_cell(f"# {path.stem}")])
        source[0] = nbformat.writes(stand_in)  # so that the others are built
        return
    level = 0
    for place, text in found:
        plain = FENCED.sub(lambda match: "\n" * match[0].count("\n"), text)
        for heading in HEADING.finditer(plain):
            line = plain.count("\n", 0, heading.start()) + 1
            if len(heading[1]) > level + 1:
                logger.warning(
                    f"{place}{line}: a heading of level {len(heading[1])} after one of level {level}"
                )
            level = len(heading[1])
        if path.suffix == ".ipynb" and (found := MYST.search(plain)):
            line = plain.count("\n", 0, found.start()) + 1
            logger.warning(
                f"{place}{line}: {found[0].strip()} is MyST, which only the site understands"
            )


def check_pictures(app, doctree):
    for picture in doctree.findall(nodes.image):
        if (
            not picture.get("alt", "").strip()
            or picture["alt"] == picture["uri"]
        ):
            # MyST gives the picture itself no line; of a notebook, 20003 is the third line of the second cell
            around = picture
            while around.parent and not around.line:
                around = around.parent
            logger.warning(
                "a picture without alt text",
                location=(app.env.docname, around.line),
            )


def setup(app):
    app.connect("source-read", check_source)
    app.connect("doctree-read", check_pictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
