"""Tells other sites and search engines about the pages, where the site's address is known.

The address is `html.baseurl` in _config.yml; the environment variable BOOK_SITE_URL overrides
it. With it, each page names its canonical address and a picture for links to it elsewhere, and
sitemap.xml lists the pages. Without it, no page has an address that could be wrong.
"""

import os
import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from page import changes
from sphinx.errors import ConfigError

VARIABLE = "BOOK_SITE_URL"
OWN_ADDRESS = re.compile(r'<meta property="og:url"[^>]*>\n?')


def configure(app, config):
    url = (os.environ.get(VARIABLE) or config.html_baseurl or "").strip()
    if url and not url.startswith(("https://", "http://")):
        raise ConfigError(
            f"{VARIABLE} or html.baseurl in _config.yml: {url!r} is not an address like https://…/"
        )
    url = url.rstrip("/") + "/" if url else ""
    config.html_baseurl = config.ogp_site_url = url
    if url:
        config.ogp_image = "_static/front.png"
        config.html_static_path.append("book/front.png")
    config.html_context["site_root"] = urlsplit(url).path or "/"
    config.html_additional_pages |= {"index": "first.html", "404": "404.html"}


def describe(app, pagename, templatename, context, doctree):
    """Describe a chapter by what its reader will be able to do, its first list."""
    if doctree and app.env.doc2path(pagename).endswith(".ipynb"):
        goals = doctree.next_node(nodes.bullet_list)
        if goals:
            text = (
                "You will be able to "
                + "; ".join(item.astext() for item in goals.children)
                + "."
            )
            context["meta"] = {
                **(context.get("meta") or {}),
                "og:description": text,
            }
            context["metatags"] = (
                f'{context["metatags"]}<meta name="description" content="{escape(text, quote=True)}">'
            )


def without_address(app, pagename, templatename, context, doctree):
    """Leave out the address that a page has only inside the book."""
    if doctree and not app.config.html_baseurl:
        context["metatags"] = OWN_ADDRESS.sub("", context["metatags"])


def write_sitemap(app, exception):
    if exception or app.builder.name != "html" or not app.config.html_baseurl:
        return
    days = changes(app.srcdir)
    entries = []
    for name in sorted(app.env.found_docs):
        day = days.get(
            Path(app.env.doc2path(name)).relative_to(app.srcdir).as_posix()
        )
        changed = f"<lastmod>{day}</lastmod>" if day else ""
        entries.append(
            f"<url><loc>{escape(app.config.html_baseurl + name)}.html</loc>{changed}</url>"
        )
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    Path(app.outdir, "sitemap.xml").write_text(
        text + "\n".join(entries) + "\n</urlset>\n", encoding="utf-8"
    )


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", describe, priority=400)
    app.connect("html-page-context", without_address, priority=600)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
