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
from pathlib import Path
from unicodedata import normalize

from fontTools import subset
from page import SCRIPTS

# in the order in which the theme loads them
THEME = (
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
)
EXTENSIONS = ("copybutton.css", "mystnb.*.css")
OWN = ("book.css",)

TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\([^"')]*\)|[{};]"""
)
NAME = re.compile(r"[.#](-?[a-zA-Z_][\w-]*)")
USED = re.compile(r"""\b(?:class|id)=["']([^"']*)""")
SET = re.compile(
    r"""classList\.\w+\(([^)]*)|\b(?:class(?:Name)?|id) ?= ?["'`]([^"'`]*)"""
)
WORD = re.compile(r"[\w-]+")
PROPERTY = re.compile(r"""(--[\w-]+)\s*:(?:"[^"]*"|'[^']*'|[^;{}"'])*;?""")
MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
THEME_OF_PAGE = re.compile(r"""\[data-theme=["']?(dark|light)["']?\]""")
FONT = re.compile(r"url\(([\w-]+\.woff2)\)")


def blocks(css):
    """Pairs of what stands before a { and what stands inside; a statement without one has None."""
    start, opened, depth = 0, 0, 0
    for token in TOKEN.finditer(css):
        if token[0] == "{":
            depth += 1
            if depth == 1:
                opened = token.start()
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                yield (
                    css[start:opened].strip(),
                    css[opened + 1 : token.start()].strip(),
                )
                start = token.end()
        elif token[0] == ";" and depth == 0:
            yield css[start : token.end()].strip(), None
            start = token.end()


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
        if (
            head.startswith(("@media", "@supports", "@container", "@layer"))
            and body is not None
        ):
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
            alternatives = re.split(r",(?![^()\[\]]*[)\]])", head)
            used = [
                one
                for one in alternatives
                if set(
                    NAME.findall(re.sub(r"\[[^]]*\]|:not\([^()]*\)", "", one))
                )
                <= words
            ]
            if used:
                kept.append(for_paper(",".join(used), body))
    return "\n".join(kept)


def without_unused_properties(css):
    used = set(re.findall(r"var\(\s*(--[\w-]+)", css))
    return PROPERTY.sub(
        lambda match: match[0] if match[1] in used else "", css
    )


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
    notices = re.findall(
        r"/\*!.*?\*/", css, flags=re.DOTALL
    )  # the licences stay
    css = prune(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL), words)
    css = without_unused_properties(css)
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
