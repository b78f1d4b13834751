"""Gives each page what the templates in book/_templates ask for.

The scripts that it loads, whether it has an equation, and the day of its last change in git.
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
# What no XML may hold, and so no ePub: an output can have rung a bell.
CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\n?')


@cache
def changes(folder):
    """The day of the last commit of each file; nothing without git, or without all of its history:
    in a shallow clone, the oldest commit that is there seems to have made all files."""

    def git(command):
        return subprocess.run(
            ["git", "-C", str(folder), *command.split()],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()

    try:
        if git("rev-parse --is-shallow-repository") == ["true"]:
            return {}
        log = git("log --format=%cs --name-only --relative -- *.ipynb *.md")
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
    context["body"] = CONTROL.sub("", context["body"])
    # which docutils says, and Sphinx's own template says again
    context["metatags"] = VIEWPORT.sub("", context["metatags"])
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


def forget(app, exception):
    """Remove the pages of sources that are gone, or have another name now."""
    if exception or app.builder.name != "html":
        return
    known = {*app.env.found_docs, *app.config.html_additional_pages, "search"}
    out = Path(app.outdir)
    for page in set(out.rglob("*.html")) - set(out.glob("_*/**/*.html")):
        if page.relative_to(out).with_suffix("").as_posix() not in known:
            page.unlink()
    for source in (out / "_sources").rglob("*.*"):
        name = source.relative_to(out / "_sources").as_posix()
        if not Path(app.srcdir, name.removesuffix(".txt")).exists():
            source.unlink()


def setup(app):
    app.connect("build-finished", forget, priority=100)  # before the style
    app.connect("doctree-resolved", without_kernel, priority=900)
    app.connect("html-page-context", add, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
