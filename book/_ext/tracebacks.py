"""Shows an error by what it says: the message first, then the line that raised it.

The frames that led there are folded. The notebook keeps the traceback as IPython printed it.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import NodeMatcher

FRAME = re.compile(r"^Cell In\[\d+\], line (\d+)(?:, in (\w+))?", re.M)
ARROW = re.compile(r"^-+> *\d+ +(.*)$", re.M)
MESSAGE = re.compile(r"\n\n[\w.]+(?:: .*)?\Z", re.DOTALL)


class Tracebacks(SphinxTransform):
    default_priority = 500  # as folds.py, before the code is coloured

    def apply(self, **options):
        for block in list(
            self.document.findall(NodeMatcher(nodes.literal_block))
        ):
            if "traceback" in block["classes"]:
                block.parent.replace(block, self.told(block))

    def told(self, block):
        """What an error says, where it was raised, and the frames."""
        text = block.astext().rstrip()
        found, frames = MESSAGE.search(text), FRAME.findall(text)
        if not found or not frames:
            return block  # as of a mistake in the syntax, which has no frames
        said = text[found.start() :].strip().removesuffix(":")
        words = nodes.strong("", said, support_smartquotes=False)
        message = nodes.paragraph("", "", words, classes=["error"])
        line, function = frames[-1]
        place = f"line {line}" + (f" of {function}" if function else "")
        code = ARROW.findall(text)[-1].strip()
        raised = nodes.literal_block(code, code, language="ipython3")
        parts = [message]
        if len(frames) > 1 or line != "1" or function:
            parts += [nodes.paragraph("", f"Raised in {place}:"), raised]
        if len(frames) > 1 or "offline" not in self.app.tags:
            parts += self.folded(block, len(frames))
        return nodes.container("", *parts, classes=["output", "raised"])

    def folded(self, block, number):
        """The frames; on paper nothing folds, and one frame says no more."""
        block = block.deepcopy()
        if "offline" in self.app.tags:
            return [block]
        summary = f"Traceback, {number} frame{'s' * (number > 1)}"
        opening = f"<details><summary>{summary}</summary>"
        return [
            nodes.raw("", opening, format="html"),
            block,
            nodes.raw("", "</details>", format="html"),
        ]


def setup(app):
    app.add_transform(Tracebacks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
