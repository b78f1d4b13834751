"""Prepares the book for paper and for e-readers, where nothing folds, moves or runs.

Only for builds with the tag `offline` (tools/downloads.py). What is folded on the site goes to
the end of its chapter, with links there and back, so that a question can still be thought about
before its answer is seen; an output that would tell the answer goes with it. Imports and setup,
which all chapters repeat, stand in the first one only, and what a recap repeats where it comes
from. The checks of exercises are left out: they are there to be run. An animation becomes a still
of its last moment, and an interactive figure the picture inside it.
"""

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from lab import cell_or, labs
from page import changes, chapters
from sphinx.addnodes import start_of_file
from sphinx.builders import _epub_base
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import NodeMatcher

CELL = NodeMatcher(nodes.container, nb_element="cell_code")
DETAILS = re.compile(
    r"(?P<close></details>)|<details[^>]*>\s*<summary>(?P<title>.*?)</summary>",
    re.DOTALL,
)
SVG = "http://www.w3.org/2000/svg"
STYLES = ("_offline/offline.css", "_static/math.css")
PAPER = "_offline/paper.css"
FONT = "_static/stix-two-math.woff2"
COVER = "_build/cover.png"
LICENCES = "Text and figures: CC BY 4.0. Code: Apache 2.0."


def imprint(app, config):
    """Set {{ imprint }}, who made the book and when it last changed, for its title page."""
    lines = [config.author]
    if day := max(changes(app.srcdir).values(), default=""):
        changed = datetime.fromisoformat(day)
        lines.append(f"{changed.day} {changed:%B %Y}")
    config.myst_substitutions |= {"imprint": " · ".join(lines)}


def configure(app, config):
    """No theme and no pages beside the book's: in a download there is nothing to click on."""
    config.html_theme = "epub"
    config.html_theme_options = {}
    config.html_additional_pages = {}
    config.templates_path = []
    config.pygments_style = "a11y-high-contrast-light"  # as on the site
    config.html_permalinks = False
    config.html_copy_source = False
    config.html_favicon = None
    config.html_use_index = config.epub_use_index = False
    _epub_base.MEDIA_TYPES[".woff2"] = "font/woff2"
    # the same sources make the same book: its day is that of their last change
    config.version = max(changes(app.srcdir).values(), default="undated")
    if config.version != "undated":
        day = datetime.fromisoformat(f"{config.version}T00:00:00+00:00")
        os.environ["SOURCE_DATE_EPOCH"] = f"{day.timestamp():.0f}"
    config.epub_show_urls = "no"
    config.epub_tocdepth = 3
    config.epub_tocscope = "includehidden"
    config.epub_tocdup = False
    config.epub_exclude_files = ["search.xhtml"]
    config.epub_identifier = config.epub_uid = nodes.make_id(config.project)
    config.epub_description = config.ogp_image_alt
    config.epub_contributor = config.author
    config.epub_copyright = f"© {config.copyright} {config.author}. {LICENCES}"
    config.epub_cover = (f"_static/{Path(COVER).name}", "epub-cover.html")


def keep_own_files(app):
    """Leave out the extensions' styles: they are for buttons and tabs."""
    app.config.html_static_path = [
        f"book/{path}" for path in (*STYLES, PAPER, FONT)
    ]
    if app.builder.name == "epub":
        from cover import draw  # Matplotlib, which takes its time

        draw(Path(app.srcdir, COVER), app.config.project, app.config.author)
        app.config.html_static_path.append(COVER)


def keep_own_head(app, pagename, templatename, context, doctree):
    """Leave out what tells other sites about a page, and all scripts."""
    context["metatags"] = ""
    context["script_files"] = []
    paper = (PAPER,) if app.builder.name == "singlehtml" else ()
    own = [Path(path).name for path in (*STYLES, *paper)]
    context["css_files"] = [
        sheet
        for sheet in context["css_files"]
        if Path(sheet.filename).name in (*own, "pygments.css")
    ]


class Folds(SphinxPostTransform):
    """Moves what is folded to the end of its chapter."""

    default_priority = 100  # before myst_nb folds the cells
    formats = ("html",)

    def run(self, **options):
        # one page for the whole book holds the others, each in such a node
        pages = list(self.document.findall(start_of_file))
        first, *_ = [*chapters(self.app), None]
        cells = self.env.get_doctree(first).findall(CELL) if first else ()
        told = {code(cell): cell for cell in cells if "hide_mode" in cell}
        for page in pages or [self.document]:
            name = page.get("docname", self.env.docname)
            if chapter := page.next_node(nodes.section):
                for cell in list(chapter.findall(CELL)):
                    if "check" in cell["cell_metadata"].get("tags", ()):
                        cell.parent.remove(cell)
                if name != first:
                    self.leave_out(name, chapter, first, told)
                self.move(nodes.make_id(name), chapter)

    def leave_out(self, name, chapter, first, told):
        """Say where that stands which a chapter repeats, in place of it."""
        for cell in list(chapter.findall(CELL)):
            if "recap" in cell["cell_metadata"].get("tags", ()):
                words = nodes.Text(f"{cell['prompt_show']}, printed there")
                cell.replace_self(nodes.paragraph("", "", words))
            elif here := told.get(code(cell)):
                place = f"{nodes.make_id(first)}-cell-{here['cell_index']}"
                number = self.env.titles[first].astext().partition(" ")[0]
                words = f"{here['prompt_show']}: as in chapter {number}"
                line = link(place, [nodes.Text(words)])
                if self.app.builder.name != "singlehtml":
                    reference = line.next_node(nodes.reference)
                    page = self.app.builder.get_relative_uri(name, first)
                    reference["refuri"] = f"{page}#{place}"
                    del reference["refid"]
                cell.replace_self(line)

    def move(self, name, chapter):
        folded = [
            node
            for node in chapter.findall()
            if (isinstance(node, nodes.raw) and "<details" in node.astext())
            or (isinstance(node, nodes.container) and node.get("hide_mode"))
        ]
        appendix = nodes.section(
            "",
            nodes.title("", "Answers and folded code"),
            ids=[f"{name}-folded"],
            classes=["folded"],
        )
        answers = 0
        for node in folded:
            if node not in node.parent:
                continue  # moved with the one before it: it closed that, and opened another
            if isinstance(node, nodes.raw):
                answers = self.move_answers(node, name, answers, appendix)
            elif (mode := node.attributes.pop("hide_mode")) == "output":
                # with the answer below it, if there is one: else it stays where it is
                after = node.next_node(descend=False, siblings=True)
                if (
                    isinstance(after, nodes.raw)
                    and "<details" in after.astext()
                ):
                    output = node.copy()
                    for part in node[1:]:
                        node.remove(part)
                        output += part
                    node.parent.insert(node.parent.index(after) + 1, output)
            else:
                title = node["prompt_show"]
                place = f"{name}-cell-{node['cell_index']}"
                line = link(place, [nodes.Text(title)], f"{place}-from")
                node.parent.insert(node.parent.index(node), line)
                whole = node.copy()
                whole += node[:1] if mode == "input" else node.children
                for part in whole:
                    node.remove(part)
                if not node.children:
                    node.parent.remove(node)
                appendix += entry(place, title, [whole])
        if len(appendix) > 1:
            chapter += appendix

    def move_answers(self, opening, name, number, appendix):
        """Move what stands between a <details> and its </details>, which are siblings."""
        parent = opening.parent
        start = end = parent.index(opening)
        depth = 0
        while True:
            if end == len(parent):
                logging.getLogger(__name__).warning(
                    "a <details> without </details> beside it",
                    location=opening,
                )
                return number
            node = parent[end]
            if isinstance(node, nodes.raw):
                for tag in DETAILS.finditer(node.astext()):
                    depth += -1 if tag["close"] else 1
            end += 1
            if depth == 0:
                break
        replacement, body, title = [], None, None
        for node in parent[start:end]:
            if not isinstance(node, nodes.raw):
                body.append(node)
                continue
            for tag in DETAILS.finditer(node.astext()):
                if tag["close"]:
                    place = f"{name}-answer-{number}"
                    told = body and body[0].get("nb_element") == "cell_code"
                    words = (
                        f"{'Output and answer' if told else 'Answer'} {number}"
                    )
                    asked = [] if title == "Answer" else [raw(title + " ")]
                    replacement.append(
                        link(
                            place,
                            [nodes.Text(words)],
                            f"{place}-from",
                            asked,
                        )
                    )
                    appendix += entry(
                        place,
                        f"Answer {number}",
                        [nodes.paragraph("", "", *map(copy, asked)), *body]
                        if asked
                        else body,
                    )
                else:
                    number, body, title = number + 1, [], tag["title"]
        parent[start:end] = replacement
        return number


def copy(node):
    return node.deepcopy()


def raw(text):
    return nodes.raw("", text, format="html")


def code(cell):
    return cell.next_node(nodes.literal_block).astext()


def link(place, words, here=None, before=()):
    """A line that stands where something was folded, and leads to it."""
    reference = nodes.reference(
        "", "", *words, refid=place, internal=True, classes=["to-page"]
    )
    return nodes.paragraph(
        "",
        "",
        *before,
        nodes.inline("", "", reference, classes=["turn"]),
        ids=[here] if here else [],
        classes=["fold"],
    )


def entry(place, title, body):
    back = nodes.reference("", title, refid=f"{place}-from", internal=True)
    head = nodes.paragraph(
        "", "", nodes.strong("", "", back), classes=["entry"]
    )
    return nodes.container("", head, *body, ids=[place], classes=["entry"])


class Stills(SphinxPostTransform):
    """Leaves of what moves or runs a still picture."""

    default_priority = 90  # before Folds, which would take a lab's cell
    formats = ("html",)

    def run(self, **options):
        for node, lab in labs(self.document):
            cell = cell_or(node)
            number = cell.parent.index(cell)
            before = cell.parent[number - 1] if number else cell
            if "try" in before.get("classes", ()):
                # the answer that may follow needs its question
                before.next_node(nodes.title)[:] = [
                    nodes.Text("Try, on the site")
                ]
            cell.replace_self([self.still_of(lab), caption(cell, lab)])
        for image in self.document.findall(nodes.image):
            source = Path(self.env.srcdir, image["uri"])
            if source.suffix == ".svg" and "<animate" in (
                text := source.read_text(encoding="utf-8")
            ):
                still = source.with_name(f"still-{source.name}")
                still.write_text(freeze(text), encoding="utf-8")
                uri = still.relative_to(self.env.srcdir).as_posix()
                image["uri"] = uri
                image["candidates"] = {"*": uri}
                self.env.images.add_file(self.env.docname, uri)

    def still_of(self, lab):
        """Write the still picture of a training lab, without what only a browser knows."""
        svg = re.sub(r"var\([^,()]*,(#?\w+)\)", r"\1", f"<svg {lab['still']}")
        name = hashlib.sha256(svg.encode()).hexdigest()[:12]
        still = Path(self.env.srcdir, f"_build/stills/{name}.svg")
        still.parent.mkdir(parents=True, exist_ok=True)
        still.write_text(svg, encoding="utf-8")
        uri = still.relative_to(self.env.srcdir).as_posix()
        self.env.images.add_file(self.env.docname, uri)
        image = nodes.image(uri=uri, alt=lab["alt"], candidates={"*": uri})
        return nodes.paragraph("", "", image)


def caption(cell, lab):
    """What the still picture was drawn with, and where the figure moves."""
    given = dict(re.findall(r'([\w-]+)="([^"]*)"', lab["data"]))
    words = [f"Learning rate {given['lr']}", f"{given['epochs']} epochs"]
    if "batch" in given:
        words.append(f"batches of {given['batch']}")
    if given.get("scale", "1") != "1":
        words.append(f"x stretched by {given['scale']}")
    titles, node = [], cell.parent
    while node and not isinstance(node, start_of_file):
        if isinstance(node, nodes.section):
            titles.append(node.next_node(nodes.title).astext())
        node = node.parent
    line = nodes.paragraph("", "", classes=["caption"])
    line += nodes.Text(f"{', '.join(words)}. The moving figure is on the site")
    if len(titles) > 1:
        line += nodes.Text(f": chapter {titles[-1].partition(' ')[0]}, ")
        line += nodes.emphasis("", titles[0])
        line += nodes.Text(".")
    else:
        line += nodes.Text("'s front page.")
    return line


def freeze(svg):
    """Give each attribute that is animated its last value."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}animate":
                last = child.get("values").split(";")[-1]
                parent.set(child.get("attributeName"), last)
                parent.remove(child)
    return ElementTree.tostring(root, encoding="unicode")


def setup(app):
    app.connect("config-inited", imprint, priority=950)
    if "offline" in app.tags:
        for path in (*STYLES, PAPER):
            app.add_css_file(Path(path).name)
        app.connect("config-inited", configure, priority=950)
        app.connect("builder-inited", keep_own_files, priority=950)
        app.connect("html-page-context", keep_own_head, priority=950)
        app.add_post_transform(Folds)
        app.add_post_transform(Stills)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
