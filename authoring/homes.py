"""What Colab, JupyterLab, GitHub and the site read differently in a notebook's
Markdown, each with its cure.

MyST, which only the site reads, is a rule of its own: see rules.py.
"""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

# as the site reads it
MARKDOWN = MarkdownIt().enable(["table", "strikethrough"])
for plugin in (
    amsmath_plugin,
    deflist_plugin,
    dollarmath_plugin,
    footnote_plugin,
):
    MARKDOWN.use(plugin)

KINDS = {  # of a token
    "footnote_ref": "a footnote, which only the site knows: "
    "say it in the text, or in brackets",
    "dl_open": "a definition list, which only the site knows: "
    "write a list or a table",
    "amsmath": "a formula without dollars, which GitHub doesn't know: "
    "put it between lines of $$, with aligned for align",
}
IN_TEXT = {  # without code
    r"\\+\(.+?\\+\)|^\\+\[.+\\+\]$": "a formula that few homes know: "
    "write it in dollars, $…$ or $$…$$",
    r"\$\$": "$$ within a paragraph, which not all homes know: "
    "give the formula a paragraph of its own, or write $…$",
    r"(?<![~\w])~(?![~\s])[^~]*[^~\s]~(?![~\w])": "a tilde on each side, "
    "which strikes on GitHub only: write ~~…~~",
    r"^\[![A-Z]+\]": "an alert, which only GitHub knows: "
    "write > **Why.** … or another of the book's callouts",
}
PRICE = (
    "a formula to some homes only: it has no space inside its dollars and no "
    r"digit after them, and a price is \$5"
)
CHARACTERS = {  # anywhere
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]": "an invisible "
    "character, {!a}: delete it",
    r"(?m)^ *(?:#{1,6}|[-*+]|\d+[.)])(?=\xa0)": "a no-break space after {}, "
    "which only some homes take for a space: type one",
}
TAG = re.compile(r"<(?P<name>[a-z][\w-]*)(?P<rest>[^>]*)>", re.IGNORECASE)
TAGS = set(
    "a b br code details em i img kbd p pre strong sub summary sup".split()
)
NO_HTML = "which not all homes show: use Markdown"
CODE = re.compile(r"(`+).+?\1", re.DOTALL)
STYLED = re.compile(r"\s(style|on\w+)\s*=", re.IGNORECASE)


def differences(source):
    """Yield the line of each, counted from 1, and what to do."""
    line, opened = 0, 0
    for token in MARKDOWN.parse(source):
        line = token.map[0] + 1 if token.map else line
        for part in (token, *(token.children or ())):
            if part.type in KINDS:
                yield line, KINDS[part.type]
            if part.type in ("html_block", "html_inline"):
                opened += part.content.count("<details")
                opened -= part.content.count("</details")
                for tag in TAG.finditer(part.content):
                    styled = STYLED.search(tag["rest"])
                    if tag["name"].lower() not in TAGS or styled:
                        yield line, f"{tag[0]}, {NO_HTML}"
        if token.type == "inline":
            yield from ((line, what) for what in in_text(token))
    if opened:
        yield line, "<details> and </details> must stand in the same cell"
    for pattern, what in CHARACTERS.items():
        for found in re.finditer(pattern, source):
            line = source.count("\n", 0, found.start()) + 1
            yield line, what.format(found[0])


def in_text(inline):
    before = None
    for token in inline.children:
        formula = token.type == "math_inline"
        spaced = formula and token.content != token.content.strip()
        digit = token.type == "text" and token.content[:1].isdigit()
        if spaced or digit and before == "math_inline":
            yield PRICE
        before = token.type
    text = CODE.sub("`", inline.content)
    for pattern, what in IN_TEXT.items():
        if re.search(pattern, text, re.MULTILINE | re.DOTALL):
            yield what
