"""Shows an error by what it says: the message first, then the line that raised it.

The frames that led there are folded; on paper, where nothing folds, they follow if they are more
than one. The notebook keeps the traceback as IPython printed it.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import NodeMatcher

FRAME = re.compile(r"^Cell In\[\d+\], line (\d+)(?:, in (\w+))?", re.M)
ARROW = re.compile(r"^-+> *\d+ +(.*)$", re.M)
MESSAGE = re.compile(r"^[\w.]+(?::.*)?\Z", re.M | re.DOTALL)
CHAIN = re.compile(r"\n\n(?:During handling|The above exception) .*\n\n")


def parts(traceback):
    """What an error says, where it was raised, that line, and how many frames led there.

    Of errors that led to one another, the last. A mistake in the syntax has no frames.
    """
    text = CHAIN.split(traceback.strip())[-1]
    found, frames = MESSAGE.search(text), FRAME.findall(text)
    message = found[0].rstrip(": ") if found else text
    lines = ARROW.findall(text)
    if not frames or not lines:
        return message, "", "", 0
    line, function = frames[-1]
    place = f"line {line} of {function}" if function else f"line {line}"
    return message, place, lines[-1].strip(), len(frames)


class Tracebacks(SphinxTransform):
    default_priority = 500  # as folds.py, before the code is coloured

    def apply(self, **options):
        for block in list(
            self.document.findall(NodeMatcher(nodes.literal_block))
        ):
            if "traceback" in block["classes"]:
                block.parent.replace(block, self.told(block.deepcopy()))

    def told(self, block):
        message, place, line, frames = parts(block.astext())
        words = nodes.strong("", message, support_smartquotes=False)
        told = [nodes.paragraph("", "", words, classes=["error"])]
        if place not in ("", "line 1"):  # of a cell, which stands just above
            told += [
                nodes.paragraph("", f"Raised in {place}:"),
                nodes.literal_block(line, line, language="ipython3"),
            ]
        if not frames:
            told.append(block)
        elif "offline" in self.app.tags:
            told += [block] if frames > 1 else []
        else:
            summary = f"Traceback, {frames} frame{'s' * (frames > 1)}"
            opening = f"<details><summary>{summary}</summary>"
            told += [
                nodes.raw("", opening, format="html"),
                block,
                nodes.raw("", "</details>", format="html"),
            ]
        return nodes.container("", *told, classes=["output", "raised"])


def setup(app):
    app.add_transform(Tracebacks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
