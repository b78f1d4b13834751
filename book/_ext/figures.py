"""Writes a notebook's pictures small and without a jump in the page.

The notebook keeps the PNG that its tests know. The site shows the same picture as lossless
WebP of 256 colours, which a plot does not exceed by much, a third of the size; paper and some
e-readers, which know no WebP, get the PNG. Its size on the page comes from its pixels and its
dots per inch, so that the text below doesn't move when it arrives, and a picture of 200 dots
per inch is sharp on a fine screen.
"""

import html
import re
from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.util import logging

DPI = 100  # of a picture that is shown pixel for pixel


def small(source, target):
    """Write the picture as WebP unless that was done since it changed."""
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        few = (
            picture.convert("RGB")
            .quantize(
                method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
            )
            .convert("RGB")
        )
    few.save(target, "WEBP", lossless=True, quality=100, method=2)


def size(source):
    """Width and height on the page, in CSS pixels, unless the page has its own."""
    if source.suffix == ".svg":
        _, _, width, height = re.search(
            r"""viewBox=["']([^"']*)""", source.read_text(encoding="utf-8")
        )[1].split()
        return width, height
    with Image.open(source) as picture:
        return [
            round(pixels * DPI / picture.info.get("dpi", (DPI, DPI))[0])
            for pixels in picture.size
        ]


def sides(node, pixels):
    """Width and height on the page: its own, where it names one or both, or the picture's."""
    own, ratio = {}, 1
    natural = dict(zip(("width", "height"), map(float, pixels)))
    for side in natural.keys() & node.attributes.keys():
        try:
            own[side] = float(node[side].removesuffix("px"))
            ratio = own[side] / natural[side]
        except ValueError:
            logging.getLogger(__name__).warning(
                f"the {side} of a picture is in pixels, as in 300, not {node[side]}",
                location=node,
            )
    return {
        side: round(own.get(side, ratio * length))
        for side, length in natural.items()
    }


def visit_image(translator, node):
    builder = translator.builder
    name = builder.images[node["uri"]]
    source = Path(builder.srcdir, node["uri"])
    online = builder.name == "html"
    if online and source.suffix == ".png":
        name = Path(name).with_suffix(".webp").name
        small(source, Path(builder.outdir, builder.imagedir, name))
    align = [f"align-{node['align']}"] if "align" in node else []
    attributes = {
        "src": f"{builder.imgpath}/{name}",
        "alt": node.get("alt", ""),
        **sides(node, size(source)),
        "class": " ".join([*node["classes"], *align]),
    }
    written = " ".join(
        f'{key}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value or key == "alt"
    )
    # the front page's picture is what a reader waits for; the others can wait for the reader
    front = builder.current_docname == builder.config.root_doc
    wait = "" if front else ' loading="lazy"'
    rest = f'{wait} decoding="async">' if online else " />"  # an ePub is XML
    translator.body.append(f"<img {written}{rest}")


def setup(app):
    app.add_node(
        nodes.image,
        override=True,
        html=(visit_image, lambda translator, node: None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
