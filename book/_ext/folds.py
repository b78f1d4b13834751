"""Lets a folded cell say what it hides.

Colab shows a cell's first line, `# @title …`, in place of its code. The site does the same:
the title becomes the text to click on, and its line is not repeated in the code.

On a phone the code that draws a figure is folded, too, so that the figure stands below its text: the
style unfolds it where there is room.
"""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator
from sphinx.util.nodes import NodeMatcher

TITLE = re.compile(r"# ?@title (?P<title>.+)\n+")
LONG = 6  # lines of code, from which on a figure comes before them


def draws(cell):
    """Whether one figure is all that a cell gives."""
    output = cell.children[-1]
    kinds = [
        node.get("mime_type", "") for node in output.findall(nodes.container)
    ]
    return len(output) == 1 and "image/png" in kinds


class Titles(SphinxTransform):
    default_priority = 500

    def apply(self, **options):
        for cell in self.document.findall(
            NodeMatcher(nodes.container, nb_element="cell_code")
        ):
            code = cell.next_node(nodes.literal_block)
            title = code and TITLE.match(code.astext())
            if title:
                code.rawsource = code.astext()[title.end() :]
                code.children = [nodes.Text(code.rawsource)]
                cell["prompt_show"] = cell["prompt_hide"] = title["title"]
            elif cell.get("hide_mode") == "output":
                cell["prompt_show"] = cell["prompt_hide"] = "Show output"
            elif (
                code
                and draws(cell)
                and len(code.astext().splitlines()) > LONG
                and not self.app.tags.has("offline")
            ):
                cell["hide_mode"] = "input"
                cell["prompt_show"] = cell["prompt_hide"] = "Show code"
                cell["classes"].append("draws")


def visit(translator: SphinxTranslator, node):
    """One text for both states: the marker beside it tells which it is."""
    classes = " ".join(node["classes"])
    title = translator.encode(node["prompt_show"])
    translator.body.append(
        f'<details class="hide {classes}">\n<summary>{title}</summary>\n'
    )


def depart(translator, node):
    translator.body.append("</details>\n")


def setup(app):
    app.add_transform(Titles)
    app.add_node(HideCodeCellNode, override=True, html=(visit, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
