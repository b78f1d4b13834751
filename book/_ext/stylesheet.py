"""Makes one stylesheet of the theme's and the book's own, without what no page uses.

The theme brings all of Bootstrap and of Font Awesome, 80 KB compressed, of which these pages
use a fifth. A rule stays if each class and id in its selector is one of some page, or one that
some script sets; of the font for equations stays what some equation needs.
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
from page import SCRIPTS
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
EXTENSIONS = ("copybutton.css", "mystnb.*.css")
OWN = ("book.css",)

USED = re.compile(r"""\b(?:class|id)=["']([^"']*)""")
SET = re.compile(
    r"""classList\.\w+\(([^)]*)|\b(?:class(?:Name)?|id) ?= ?["'`]([^"'`]*)"""
)
WORD = re.compile(r"[\w-]+")
GROUPS = ("media", "supports", "container", "layer")
ONE_OF = ("is", "where", "has")
VAR = re.compile(r"var\(\s*(--[\w-]+)")
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
FONT = re.compile(r"url\(([\w-]+\.woff2)\)")


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


def pruned(rules, words, read):
    """Yield the text of each rule that some page may need, without what nothing reads."""
    for rule in rules:
        if rule.type == "qualified-rule":
            heads = [one for one in split(rule.prelude) if fits(one, words)]
            lines = parse_blocks_contents(rule.content, skip_whitespace=True)
            kept = [line.serialize() for line in lines if is_read(line, read)]
            if heads and kept:
                head = ",".join(serialize(one).strip() for one in heads)
                yield f"{head}{{{';'.join(kept)}}}"
        elif rule.lower_at_keyword in GROUPS and rule.content:
            inner = parse_rule_list(rule.content, skip_whitespace=True)
            if kept := "\n".join(pruned(inner, words, read)):
                head = f"@{rule.at_keyword}{serialize(rule.prelude)}".strip()
                yield f"{head}{{{kept}}}"
        elif rule.lower_at_keyword != "charset" and not is_elsewhere(rule):
            yield rule.serialize()


def is_read(line, read):
    """Not so what a browser passes over, and a property that no value asks for."""
    is_property = line.type == "declaration" and line.name.startswith("--")
    return line.type != "error" and not (is_property and line.name not in read)


def is_elsewhere(rule):
    """The theme's icons: a font of 2,000 in a file of its own."""
    text = rule.serialize()
    return (
        "@font-face" in text and "Font Awesome" in text and "data:" not in text
    )


def small_css(css, words):
    tokens = parse_component_value_list(css)
    notices = [  # the licences stay
        token.serialize()
        for token in tokens
        if token.type == "comment" and token.value.startswith("!")
    ]
    for _ in range(
        2
    ):  # what a rule asks for that is not kept, nothing asks for
        read = set(VAR.findall(css))
        tokens = parse_component_value_list(css, skip_comments=True)
        rules = parse_rule_list(tokens, skip_whitespace=True)
        css = "\n".join(pruned(rules, words, read))
    return "\n".join([*notices, css])


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
        for name in ("mode.js", *SCRIPTS)
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
    (static / "site.css").write_text(small_css(css, words), encoding="utf-8")
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
