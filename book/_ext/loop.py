"""Draws the book's one diagram: data, model, loss, tape, update, and again.

The directive `loop-diagram` has it whole. At the head of a chapter, its part is lit; there it
stands in place of the sentence that tells those who opened the notebook alone where it comes
from. It is drawn here and not in the notebook since Colab shows no SVG in Markdown, in none of
the known ways (github.com/googlecolab/colabtools/issues/2092), and GitHub neither.
"""

from pathlib import Path, PurePosixPath

from docutils import nodes
from docutils.parsers.rst import Directive

LIT = {  # what a chapter takes up
    "01-data": "data",
    "02-model": "model",
    "03-loss": "loss",
    "04-tape-loop": "tape update again",
    "05-visualization": "see",
    "06-keras": "keras",
    "07-gradients": "tape",
    "08-step-size": "update",
    "09-mini-batches": "data again",
    "10-optimizers": "update",
    "11-classification": "model loss",
    "12-generalization": "loss again",
    "13-when-loops-break": "loss tape update again",
}
BOXES = ("data", "model", "loss", "tape", "update")
SPANS = {"see": "see what it did", "keras": "let Keras run it"}
TEXT = (
    "The training loop: data go into a model, a loss says how wrong it is, a tape tells which way"
    " is down, an update changes the model, and again. Two more parts are about the whole loop:"
    " to see what it did, and to let Keras run it."
)


def head_of_arrow(x, y, dx, dy):
    """A small triangle with its tip at x, y, pointing along dx, dy."""
    points = [
        (x, y),
        (x - 6 * dx - 4 * dy, y - 6 * dy + 4 * dx),
        (x - 6 * dx + 4 * dy, y - 6 * dy - 4 * dx),
    ]
    corners = " ".join(f"{a},{b}" for a, b in points)
    return f'<polygon points="{corners}" fill="currentColor"/>'


def word(x, y, text, more=""):
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="currentColor"{more}>{text}</text>'


def line(d):
    return (
        f'<path d="{d}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    )


def told(lit):
    """What the diagram says to those who don't see it."""
    return f"{TEXT} Lit: {', '.join(lit.split())}." if lit else TEXT


def diagram(lit=""):
    """The SVG, with the parts lit that are named."""
    drawn = {}
    for k, name in enumerate(BOXES):
        left = 2 + 75 * k
        on = name in lit.split()
        drawn[name] = (
            f'<rect x="{left}" y="38" width="60" height="34" rx="6" stroke="currentColor"'
            f' stroke-width="1.5" fill="{"currentColor" if on else "none"}"/>'
            + word(left + 30, 59.5, name).replace(
                "currentColor", "#fff" if on else "currentColor"
            )
        )
    arrows = "".join(
        line(f"M{62 + 75 * k} 55h9") + head_of_arrow(76 + 75 * k, 55, 1, 0)
        for k in range(4)
    )
    drawn["again"] = (
        line("M332 37V28Q332 20 324 20H251M188 20H115Q107 20 107 28V32")
        + head_of_arrow(107, 37, 0, 1)
        + word(219.5, 24.5, "again")
    )
    for k, (name, text) in enumerate(SPANS.items()):
        y = 92 + 24 * k
        drawn[name] = line(
            f"M77.75 {y - 5}v10M361.25 {y - 5}v10M78 {y}H157M282 {y}H361"
        ) + word(219.5, y + 4.5, text)
    groups = "".join(
        f'<g class="lit" color="#00629b" font-weight="600">{part}</g>'
        if name in lit.split()
        else f'<g data-part="{name}">{part}</g>'
        for name, part in drawn.items()
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="loop" viewBox="0 12 364 114" width="364"'
        f' height="114" role="img" aria-label="{told(lit)}" font-family="sans-serif" font-size="12.5">'
        f"{arrows}{groups}</svg>"
    )


def node(app, docname, lit=""):
    """The diagram inside the page; on paper and in e-readers, a picture."""
    if not app.tags.has("offline"):
        return nodes.raw("", f"{diagram(lit)}\n", format="html")
    name = f"_build/loop/{PurePosixPath(docname).name}.svg"
    path = Path(app.srcdir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(diagram(lit), encoding="utf-8")
    image = nodes.image(uri=f"/{name}", alt=told(lit))
    return nodes.paragraph("", "", image)


class Loop(Directive):
    def run(self):
        env = self.state.document.settings.env
        return [node(env.app, env.docname)]


def light(app, doctree):
    """Put the diagram into the head of a chapter."""
    title = doctree.next_node(nodes.title)
    if not title or not app.env.doc2path(app.env.docname).endswith(".ipynb"):
        return
    for origin in title.parent.children[1:2]:
        if origin.astext().startswith(f"{app.config.project}:"):
            title.parent.remove(origin)
    lit = LIT.get(PurePosixPath(app.env.docname).name)
    if lit:
        title.parent.insert(1, node(app, app.env.docname, lit))


def setup(app):
    app.add_directive("loop-diagram", Loop)
    # before Sphinx collects the pictures
    app.connect("doctree-read", light, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
