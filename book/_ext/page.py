"""Gives each page what the templates in book/_templates ask for.

The chapters, whether it has an equation, and the day of its last change in git. Of the code it keeps
the words that have a colour: the others, two of three, need no element of their own. A line that is
too long for a phone gets one, by which the style lets it go on in the next row, farther in than Python
would indent it.
"""

import base64
import hashlib
import html
import re
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

from docutils import nodes
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Token

MODE = Path(__file__).parent.parent / "_static/mode.js"
# What no XML may hold, and so no ePub: an output can have rung a bell.
CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CODE = re.compile(
    r'(?<=<div class="highlight-python notranslate"><div class="highlight"><pre><span></span>)'
    r".*?(?=</pre>)",
    re.DOTALL,
)
TAG = re.compile("<[^>]+>")
CALL = re.compile(r"<[^>]+>|(?<=[\w>])\((?=[^)\n])")
SHORT = 40  # characters, which fit into 320 pixels
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\n?')


def git(folder, command):
    """The lines that git answers; what it complains, in whatever language, is not read."""
    return subprocess.run(
        ["git", "-C", str(folder), *command.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=True,
    ).stdout.splitlines()


@cache
def changes(folder):
    """The day of the last commit of each file; nothing without git, or without all of its history:
    in a shallow clone, the oldest commit that is there seems to have made all files."""

    try:
        if git(folder, "rev-parse --is-shallow-repository") == ["true"]:
            return {}
        log = git(
            folder, "log --format=%cs --name-only --relative -- *.ipynb *.md"
        )
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


@cache
def colourless(*styles):
    """A pattern for words of code that look as their surroundings do in all styles."""
    styles = [get_style_by_name(name) for name in styles]
    plain = [
        short
        for token, short in STANDARD_TYPES.items()
        if short
        and all(
            style.style_for_token(token) == style.style_for_token(Token.Text)
            for style in styles
        )
    ]
    return re.compile(rf'<span class="(?:{"|".join(plain)})">([^<]*)</span>')


def rows(code):
    """Put each long line of code into an element, with its indent as a class; a call may break."""

    def long(line):
        text = html.unescape(TAG.sub("", line)).rstrip("\n")
        if len(text) <= SHORT:
            return line
        indent = len(text) - len(text.lstrip())
        line = CALL.sub(
            lambda part: part[0] + "<wbr>" * (part[0] == "("), line
        )
        return f'<span class="long in{indent}">{line}</span>'

    return "".join(map(long, code.splitlines(keepends=True)))


def inside(script):
    """A script that stands in the page, and what the policy calls it."""
    digest = hashlib.sha256(script.encode()).digest()
    return script, f"sha256-{base64.b64encode(digest).decode()}"


def add(app, pagename, templatename, context, doctree):
    context["mode_script"], context["mode_hash"] = inside(
        MODE.read_text(encoding="utf-8")
    )
    order = chapters(app)
    context["chapters"] = {
        name: app.env.titles[name].astext() for name in order
    }
    context["has_equations"] = bool(
        doctree
        and doctree.next_node(
            lambda node: isinstance(node, (nodes.math, nodes.math_block))
        )
    )
    if doctree is None:
        return
    context["body"] = CONTROL.sub("", context["body"])
    if app.builder.name == "html":
        plain = colourless(
            app.config.html_theme_options["pygments_light_style"],
            app.config.html_theme_options["pygments_dark_style"],
        )
        context["body"] = CODE.sub(
            lambda code: rows(code[0]), plain.sub(r"\1", context["body"])
        )
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
