"""Puts the training lab into the site's pages.

A notebook carries the lab's script inside its output, for it must stand alone. The site's
policy allows no script and no picture inside a page, so here the script becomes a file, which
only pages with a lab load, and the still picture, which shows without scripts, a plain SVG.
In a Markdown page, the directive `training-lab` shows the lab of a chapter.
"""

import html
import re
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive, directives

SCRIPT = "_static/training-lab.js"
OUTPUT = re.compile(
    r'<training-lab (?P<data>[^>]*)><img src="data:image/svg\+xml,<svg (?P<still>.*?</svg>)"'
    r' alt="(?P<alt>[^"]*)".*</training-lab>\n<script>(?P<script>.*)</script>',
    re.DOTALL,
)


def labs(doctree):
    """Pairs of a lab's node and its parts."""
    for node in list(doctree.findall(nodes.raw)):
        if found := OUTPUT.search(node.astext()):
            yield node, found


def cell_or(node):
    """The cell around a node, or the node itself where there is none."""
    cell = node
    while cell and "cell" not in cell.get("classes", ()):
        cell = cell.parent
    return cell or node


class TrainingLab(Directive):
    """The lab of the chapter that is named, from its stored output."""

    required_arguments = 1
    option_spec = {"brief": directives.flag, "controls": directives.unchanged}

    def run(self):
        env = self.state.document.settings.env
        name, path = env.relfn2path(f"{self.arguments[0]}.ipynb")
        env.note_dependency(name)
        try:
            cells = nbformat.read(path, as_version=4).cells
            outputs = next(c.outputs for c in cells if c.id == "training-lab")
            text = next(o.data["text/html"] for o in outputs if "data" in o)
        except (OSError, StopIteration, KeyError):
            raise self.error(f"{name} has no training lab") from None
        for option, value in self.options.items():  # instead of the chapter's
            text = re.sub(rf' {option}="[^"]*"', "", text, count=1)
            given = f'<training-lab {option}="{html.escape(value or "")}"'
            text = text.replace("<training-lab", given, 1)
        return [nodes.raw("", text, format="html")]


def show(app, doctree, docname):
    """Put the element in place of the cell, and its script into a file."""
    if app.builder.format != "html":
        return
    for node, lab in labs(doctree):
        still = f'<svg role="img" aria-label="{html.escape(lab["alt"])}" {lab["still"]}'
        element = f"<training-lab address {lab['data']}>{still}</training-lab>"
        cell_or(node).replace_self(nodes.raw("", element, format="html"))
        script = Path(app.outdir, SCRIPT)
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(lab["script"], encoding="utf-8")


def load(app, pagename, templatename, context, doctree):
    if doctree and "<training-lab" in "".join(
        node.astext() for node in doctree.findall(nodes.raw)
    ):
        context["book_scripts"].append(SCRIPT)


def setup(app):
    app.add_directive("training-lab", TrainingLab)
    app.connect("doctree-resolved", show, priority=950)
    app.connect("html-page-context", load, priority=950)  # after page.py
    return {"parallel_read_safe": True, "parallel_write_safe": True}
