"""Writes the text of all sections for the search, in place of Sphinx's index of whole pages.

A browser may not fetch pages from the disk, so the text lies in a script, sections.js, which
search.js loads when somebody searches. A term of the glossary counts as a section.
"""

import json
import re
from pathlib import Path

from bs4 import BeautifulSoup

SECTION = ".bd-article :is(section[id], dt[id])"
NOT_READ = (
    "section[id], dt[id], h1, h2, h3, svg, training-lab, .raised details, "
    ".hide > summary:-soup-contains('Show code', 'Show output')"
)
APART = "p, li, dt, dd, th, td, pre, div, summary"


def words(element):
    for block in element.select(APART):
        block.append(" ")
    return re.sub(r"\s+", " ", element.get_text()).strip()


def sections(page):
    """Place, title and text of each; what is of a part of it is not told twice."""
    for mark in page.select(".headerlink"):
        mark.decompose()
    for section in reversed(page.select(SECTION)):
        term = section.name == "dt"
        title = words(section if term else section.find(re.compile("h[123]")))
        body = section.find_next_sibling("dd") if term else section
        for part in body.select(NOT_READ):
            part.extract()
        yield section["id"], title, words(body)
        body.extract()
        section.extract()


def write(app, exception):
    if exception or app.builder.name != "html":
        return
    found = []
    root = app.config.root_doc
    for name in [root, *app.env.toctree_includes.get(root, [])]:
        html = Path(app.outdir, f"{name}.html").read_text(encoding="utf-8")
        page = [*sections(BeautifulSoup(html, "html.parser"))][::-1]
        found += [[name, *s[:2], page[0][1], s[2]] for s in page]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static/sections.js").write_text(
        f"const SECTIONS = {text};\n", encoding="utf-8"
    )


def configure(app, config):
    config.html_additional_pages |= {"search": "search.html"}


def without_index(app):
    app.builder.search = False


def setup(app):
    app.connect("config-inited", configure)
    app.connect("builder-inited", without_index)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
