"""Gives each page what the templates in book/_templates ask for.

The scripts that it loads, whether it has an equation, where the reader is in the book and how
long the chapter takes (from its own **Time** line), and the day of its last change in git.
"""

import re
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

from docutils import nodes

# Of all that the theme and Jupyter Book would load, what these pages use. The others are for
# menus, widgets, tabs, live kernels and 2,000 icons.
SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "scripts/pydata-sphinx-theme.js",
    "book.js",
)
MINUTES = re.compile(r"\bTime\W+(\d+) minutes")


def git(folder, *command):
    return subprocess.run(
        ["git", "-C", str(folder), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=True,
    ).stdout


@cache
def changes(folder):
    """The day of the last commit of each file, or nothing where git doesn't know."""
    listed = (
        "--format=%cs",
        "--name-only",
        "--relative",
        "--",
        "*.ipynb",
        "*.md",
    )
    try:
        # to a shallow clone all files are of its last commit
        if git(folder, "rev-parse", "--is-shallow-repository") == "true\n":
            return {}
        log = git(folder, "log", *listed).split("\n")
    except (OSError, subprocess.CalledProcessError):
        return {}
    days, day = {}, ""
    for line in filter(None, log):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", line):
            day = line
        else:
            days.setdefault(line, day)
    return days


def chapters(app):
    """The notebooks in the order of _toc.yml."""
    order = app.env.toctree_includes.get(app.config.root_doc, [])
    return [
        name for name in order if app.env.doc2path(name).endswith(".ipynb")
    ]


def add(app, pagename, templatename, context, doctree):
    search = (
        [
            "_static/language_data.js",
            "_static/searchtools.js",
            "searchindex.js",
        ]
        if pagename == "search"
        else []
    )
    context["book_scripts"] = [f"_static/{name}" for name in SCRIPTS] + search
    context["has_equations"] = bool(
        doctree
        and doctree.next_node(
            lambda node: isinstance(node, (nodes.math, nodes.math_block))
        )
    )
    if doctree is None:
        return
    order = chapters(app)
    if pagename in order:
        place = f"Chapter {order.index(pagename) + 1} of {len(order)}"
        minutes = MINUTES.search(doctree.astext())
        context["progress"] = (
            f"{place} · {minutes[1]} min" if minutes else place
        )
    source = (
        Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    )
    if day := changes(app.srcdir).get(source):
        context["changed"] = date.fromisoformat(day)


def without_kernel(app, doctree, docname):
    """Take out what Jupyter Book adds for live kernels: scripts inside the page."""
    for raw in list(doctree.findall(nodes.raw)):
        if "thebe" in raw.astext() or "<script>kernelName" in raw.astext():
            raw.parent.remove(raw)


def setup(app):
    app.connect("doctree-resolved", without_kernel, priority=900)
    app.connect("html-page-context", add, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
