"""Makes one stylesheet of the theme's and the book's own, without what no page uses.

The theme brings all of Bootstrap and of Font Awesome, 80 KB compressed, of which these pages
use a fifth. A rule stays if each class and id in its selector is one of some page, or one that
some script sets; of the font for equations stays what some equation needs. Paper gets the light
theme, whichever is on the screen.
"""

import base64
import logging
import re
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

from fontTools import subset
from tinycss2 import (
    parse_blocks_contents,
    parse_component_value_list,
    parse_rule_list,
    serialize,
)

# in the order in which the theme loads them
THEME = (
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
)
EXTENSIONS = ("mystnb.*.css",)
OWN = ("book.css",)
SCRIPTS = ("mode.js", "book.js", "search.js")

USED = re.compile(r"""\b(?:class|id)=["']([^"']*)""")
SET = re.compile(
    r"""classList\.\w+\(([^)]*)|\b(?:class(?:Name)?|id) ?= ?["'`]([^"'`]*)"""
)
WORD = re.compile(r"[\w-]+")
GROUPS = ("@media", "@supports", "@container", "@layer")
ONE_OF = ("is", "where", "has")
VAR = re.compile(r"var\(\s*(--[\w-]+)")
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
THEME_OF_PAGE = re.compile(r"""\[data-theme=["']?(dark|light)["']?\]""")
FONT = re.compile(r"url\(([\w-]+\.woff2)\)")


def blocks(css):
    """Pairs of what stands before a { and what stands inside; a statement without one has None."""
    tokens = parse_component_value_list(css, skip_comments=True)
    for rule in parse_rule_list(tokens, skip_whitespace=True):
        at = f"@{rule.at_keyword}" if rule.type == "at-rule" else ""
        head = f"{at}{serialize(rule.prelude)}".strip()
        if rule.content is None:
            yield f"{head};", None
        else:
            yield head, serialize(rule.content).strip()


def split(tokens):
    """What stands between the commas."""
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def fits(selector, words):
    """Whether each class and id that the selector asks for is among the words."""
    for before, token in pairwise([None, *selector]):
        if token.type == "hash" or token.type == "ident" and before == ".":
            if token.value not in words:
                return False
        elif token.type == "function" and token.lower_name in ONE_OF:
            if not any(fits(one, words) for one in split(token.arguments)):
                return False
    return True  # what is in an attribute's brackets, or in :not(), may be anything


def for_paper(head, body):
    """A rule; of the dark theme, not on paper; of the light one, there in any case.

    The light one holds, too, where no script chose a theme.
    """
    themes = set(THEME_OF_PAGE.findall(head))
    if themes == {"dark"}:
        return f"@media not print{{{head}{{{body}}}}}"
    if themes == {"light"}:
        chosen = THEME_OF_PAGE.sub(":not([data-theme=dark])", head)
        in_any = THEME_OF_PAGE.sub("[data-theme]", head)
        return f"{chosen}{{{body}}}@media print{{{in_any}{{{body}}}}}"
    return f"{head}{{{body}}}"


def prune(css, words):
    kept = []
    for head, body in blocks(css):
        if head.startswith(GROUPS) and body is not None:
            if inner := prune(body, words):
                kept.append(f"{head}{{{inner}}}")
        elif (
            head.startswith("@charset")
            or head == "@font-face"
            and "Font Awesome" in body
            and "data:" not in body
        ):
            continue
        elif head.startswith("@"):
            kept.append(head if body is None else f"{head}{{{body}}}")
        else:
            selectors = split(parse_component_value_list(head))
            used = [one for one in selectors if fits(one, words)]
            if used:
                head = ",".join(map(serialize, used))
                kept.append(for_paper(head, body))
    return "\n".join(kept)


def without_unused_properties(css, used=None):
    used = used or set(VAR.findall(css))
    kept = []
    for head, body in blocks(css):
        if head.startswith(GROUPS) and body:
            body = without_unused_properties(body, used)
        elif head.startswith("@keyframes"):
            body = body if css.count(head.split()[1]) > 1 else ""
        elif not head.startswith("@"):
            body = ";".join(
                line.serialize()
                for line in parse_blocks_contents(body, skip_whitespace=True)
                if line.type != "error"  # which a browser passes over, too
                and not (
                    line.type == "declaration"
                    and line.name.startswith("--")
                    and line.name not in used
                )
            )
        if body is None:
            kept.append(head)
        elif body:
            kept.append(f"{head}{{{body}}}")
    return "\n".join(kept)


def inline_fonts(css, folder, change=bytes):
    """Put the fonts inside, as `change` makes them: templates/layout.html says why."""

    def data(match):
        font = base64.b64encode(change((folder / match[1]).read_bytes()))
        return f"url(data:font/woff2;base64,{font.decode()})"

    return FONT.sub(data, css)


def small(font, pages):
    """The font with what the equations of these pages need.

    A browser sets a letter alone, as x, as its italic, another character; and a root brings its sign.
    """
    written = {"√", " ", "\N{NO-BREAK SPACE}"}
    for page in pages:
        for math in MATH.findall(page):
            written.update(unescape(TAG.sub("", math)))
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    small, file = subset.load_font(BytesIO(font), options), BytesIO()
    subsetter = subset.Subsetter(options)
    subsetter.populate(
        unicodes=[
            code
            for code in small.getBestCmap()
            if {chr(code), normalize("NFKC", chr(code))} & written
        ]
    )
    subsetter.subset(small)
    subset.save_font(small, file, options)
    return file.getvalue()


def write(app, exception):
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir, "_static")
    pages = [
        path.read_text(encoding="utf-8")
        for path in Path(app.outdir).rglob("*.html")
    ]
    scripts = [
        (static / name.removeprefix("_static/")).read_text(encoding="utf-8")
        for name in SCRIPTS
    ]
    used = USED.findall(" ".join(pages))
    for pair in SET.findall(" ".join(scripts)):
        used += pair
    words = set(WORD.findall(" ".join(used)))

    theme = [path for name in THEME + EXTENSIONS for path in static.glob(name)]
    own = "".join(
        inline_fonts((static / name).read_text(encoding="utf-8"), static)
        for name in OWN
    )
    css = "\n".join(path.read_text(encoding="utf-8") for path in theme) + own
    # the licences stay
    notices = re.findall(r"/\*!.*?\*/", css, flags=re.DOTALL)
    css = prune(css, words)
    # the lab, whose style stands in its script, takes its colours from the page
    labs = [*static.glob("training-lab.js")]
    lab = "".join(path.read_text(encoding="utf-8") for path in labs)
    css = without_unused_properties(css, {*VAR.findall(css + lab)})
    (static / "site.css").write_text(
        "\n".join([*notices, css]), encoding="utf-8"
    )
    math = static / "math.css"
    math.write_text(
        inline_fonts(
            math.read_text(encoding="utf-8"),
            static,
            lambda font: small(font, pages),
        ),
        encoding="utf-8",
    )


def outdated(app, env, added, changed, removed):
    """The front page, if a static file changed: Sphinx copies them only when it writes a page."""
    written = Path(app.outdir, "_static/site.css")
    own = (Path(__file__).parent.parent / "_static").iterdir()
    newest = max(file.stat().st_mtime for file in own)
    stale = written.exists() and written.stat().st_mtime < newest
    return [app.config.root_doc] if stale else []


def setup(app):
    app.connect("env-get-outdated", outdated)
    app.connect(
        "build-finished", write, priority=900
    )  # after the theme wrote its colours of code
    return {"parallel_read_safe": True, "parallel_write_safe": True}
