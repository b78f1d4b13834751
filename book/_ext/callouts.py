"""Shows a quotation that begins with a bold keyword as a callout in its own colours.

In a notebook a callout is a plain quotation, `> **Pitfall.** …`, since Colab, GitHub and
JupyterLab show a MyST directive raw.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

KEYWORDS = ("Predict", "Try", "Pitfall", "Why", "In Keras", "Check")


class Callouts(SphinxTransform):
    default_priority = 500

    def apply(self, **options):
        for quote in list(self.document.findall(nodes.block_quote)):
            first = quote.next_node(nodes.paragraph)
            words = first.children if first else []
            while (
                words and not words[0].astext()
            ):  # MyST puts an empty text before bold words
                del words[0]
            keyword = (
                words[0].astext().rstrip(".")
                if words and isinstance(words[0], nodes.strong)
                else ""
            )
            if keyword not in KEYWORDS:
                continue
            del words[0]
            if first.children and isinstance(first[0], nodes.Text):
                first.replace(first[0], nodes.Text(first[0].astext().lstrip()))
            if not first.astext():
                quote.remove(first)
            name = re.sub(r"\W+", "-", keyword.lower())
            callout = nodes.admonition(
                "",
                nodes.title("", keyword),
                *quote.children,
                classes=["callout", name],
            )
            callout.source, callout.line = quote.source, quote.line
            quote.replace_self(callout)


def setup(app):
    app.add_transform(Callouts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
