"""Turns each equation into MathML while the site is built.

A browser draws MathML by itself and a screen reader reads it, so no page loads a script
for its equations. They are set in the font of math.css, which only pages with an equation
load. An equation that can't be turned, or has a character that the font lacks, ends the
build with its file and line.
"""

import html
import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from docutils import nodes
from latex2mathml.converter import convert_to_element
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

ROWS = ("math", "mrow", "mtd", "mstyle", "msqrt")
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
APPLY = "\N{FUNCTION APPLICATION}"
THIN = "0.1667em"
STYLE = Path(__file__).parent.parent / "_static/math.css"


def characters():
    """The characters of the font, as math.css tells the browser."""
    ranges = re.search(
        r"unicode-range:([^;]*);", STYLE.read_text(encoding="utf-8")
    )[1]
    ends = [
        part.strip().removeprefix("U+").split("-")
        for part in ranges.split(",")
    ]
    return {
        chr(code)
        for first, *last in ends
        for code in range(int(first, 16), int((last or [first])[0], 16) + 1)
    }


def convert(latex, display):
    """Return MathML, or raise ValueError with what is wrong."""
    braces = re.sub(r"\\\\|\\[{}]", "", latex)
    if braces.count("{") != braces.count("}"):
        raise ValueError("a brace has no partner")
    if r"\operatorname*" in latex:
        raise ValueError(
            r"\operatorname* is not known; write \underset{x}{\operatorname{name}}"
        )
    try:
        math = convert_to_element(latex, display=display)
    except Exception as error:  # each kind of mistake has a class of its own
        raise ValueError(
            re.sub(r"Error$", "", type(error).__name__)
        ) from error
    for element in math.iter():
        element.text = html.unescape(element.text or "")
        if element.tag == "mfrac" and len(element) != 2:
            raise ValueError("a fraction needs two parts")
        text = element.text.strip()
        if text.startswith("\\") or text == "&":
            raise ValueError(f"{text} is not known here")
    for element in math.iter():
        prime(element)
        space(list(element))
        if (
            element.tag == "mo"
            and len(element.text) > 1
            and element.text.isalpha()
        ):
            element.tag = "mi"  # a name: signs have wide spaces
    for element in list(math.iter()):
        if element.tag in ROWS:
            apply(element)
    return math


def first(element, boxes):
    """What stands first in an element of these kinds, as log in log of x or of 10."""
    while element.tag in boxes and len(element):
        element = element[0]
    return element


def named(element):
    """Whether it is the name of a function, with or without an index."""
    name = first(element, SCRIPTS)
    return name.tag == "mi" and len(name.text) > 1 and name.text.isalpha()


def apply(row):
    """Part a function's name from what it is applied to, unless a bracket does, and from a factor."""
    parts = list(row)
    for part, before, after in zip(parts, [None, *parts], [*parts[1:], None]):
        if not named(part):
            continue
        place = list(row).index(part) + 1
        if after is not None:
            head = first(after, (*ROWS, *SCRIPTS))
            if head.tag not in ("mo", "mspace"):
                row.insert(place, Element("mspace", width=THIN))
            if head.tag != "mo" or head.text in "([{|‖∣∥⌈⌊⟨":
                sign = Element("mo")
                sign.text = APPLY
                row.insert(place, sign)
        if before is not None and not named(before):
            tail = first(before, SCRIPTS)
            if tail.tag not in ("mo", "mspace") or tail.text in (
                ")",
                "]",
                "}",
                "|",
            ):
                row.insert(place - 1, Element("mspace", width=THIN))


def prime(element):
    """Set primes beside a letter: the font has them raised, and small, by themselves."""
    primes = (
        "".join(element[1].itertext()) if element.tag == "msup" else "none"
    )
    if set(primes) <= set("′″‴"):
        element.tag = "mrow"
        element[1].clear()
        element[1].tag = "mi"
        element[1].text = primes.replace("‴", "′′′").replace("″", "′′")


def space(siblings):
    """Mend what would stand too far from its neighbours: signs, bars, brackets and slashes."""
    before = None
    for element in siblings:
        inner = (
            element[0]
            if element.tag in ("msup", "msub", "msubsup") and len(element)
            else element
        )
        text = inner.text or ""
        if inner.tag == "mo":
            if text in "−-+±" and (before is None or before in "=≈≤≥<>←→,("):
                inner.set("form", "prefix")
            if text in "|‖∣∥/":
                inner.set("lspace", "0em")
                inner.set("rspace", "0em")
            if (
                text in "()[]{}" and inner.get("minsize") == "1.2em"
            ):  # from \big; a stretched one stands apart
                for name in ("fence", "minsize", "maxsize"):
                    inner.attrib.pop(name, None)
                inner.set("form", "prefix" if text in "([{" else "postfix")
                inner.set("mathsize", "120%")
                inner.set("stretchy", "false")
            if text in "|‖∣∥" and inner.get("stretchy") != "true":
                inner.set("stretchy", "false")
            if text == "―":  # an overline, as long as what is below it
                inner.text = "‾"
                inner.set("stretchy", "true")
        before = (
            text
            if inner.tag == "mo"
            else "x"
            if element.tag != "mspace"
            else before
        )


class Together(SphinxPostTransform):
    """Keeps an equation in the row of the comma after it, or of whatever else has no space between."""

    default_priority = 200
    formats = ("html",)

    def run(self, **options):
        for math in list(self.document.findall(nodes.math)):
            place = math.parent.index(math)
            after = math.next_node(descend=False, siblings=True)
            if not isinstance(after, nodes.Text) or after[:1].isspace():
                continue
            end = after.split(maxsplit=1)[0] if after.strip() else ""
            rest = after[len(end) :]
            together = nodes.inline(
                "", "", math.deepcopy(), nodes.Text(end), classes=["together"]
            )
            math.parent[place : place + 2] = [together, nodes.Text(rest)]


def write(translator, node, display):
    logger = logging.getLogger(__name__)
    latex = node.astext().strip()
    try:
        math = convert(latex, display)
        if strange := sorted(
            set("".join(math.itertext())) - characters() - set("\n")
        ):
            raise ValueError(
                f"the font of book/_static/math.css lacks {' '.join(strange)}"
            )
    except ValueError as error:
        logger.warning(f"equation: {error}: {latex}", location=node)
        raise nodes.SkipNode from error
    math.attrib.pop("display", None) if display == "inline" else None
    text = ElementTree.tostring(math, encoding="unicode")
    if display == "block":
        number = ""
        if node["number"]:
            number = f'<span class="eqno">({get_node_equation_number(translator, node)})</span>'
        text = (
            translator.starttag(node, "div", CLASS="math")
            + f"{number}{text}</div>\n"
        )
    translator.body.append(text)
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(
            lambda translator, node: write(translator, node, "inline"),
            None,
        ),
        block_renderers=(
            lambda translator, node: write(translator, node, "block"),
            None,
        ),
    )
    app.config.html_math_renderer = "mathml"
    app.add_post_transform(Together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
