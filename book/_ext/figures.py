"""Writes a notebook's pictures small and without a jump in the page.

The notebook keeps the PNG that its tests know. The site shows the same picture as lossless
WebP of 256 colours, which a plot does not exceed by much, a third of the size; paper and some
e-readers, which know no WebP, get the PNG. Its size on the page comes from its pixels and its
dots per inch, so that the text below doesn't move when it arrives, and a picture of 200 dots
per inch is sharp on a fine screen.

What is no file beside the page, or none that every reader can show, ends the build, with the cure.
"""

import html
import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from PIL import Image
from sphinx.util import logging

DPI = 100  # of a picture that is shown pixel for pixel
KINDS = ("PNG", "JPEG", "GIF")  # beside SVG: what browsers and e-readers show
NAME = re.compile(r"(^|/)[\w.-]+\.(png|jpe?g|gif|svg)$", re.ASCII)
ELSEWHERE = {  # where no page may get a picture from
    "data:": "is inside the text: save it as a file in book/, and name that",
    "://": "is on another host, which no page asks: delete it, or keep a copy in book/ "
    "(Colab's badge isn't needed, the site has a button)",
    "attachment:": "was pasted, and is a file only inside the notebook: save it in book/, and name that",
}


def small(source, target):
    """Write the picture as WebP unless that was done since it changed."""
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        white = Image.new("RGBA", picture.size, "white")  # below what is clear
        few = (
            Image.alpha_composite(white, picture.convert("RGBA"))
            .convert("RGB")
            .quantize(
                method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
            )
            .convert("RGB")
        )
    few.save(target, "WEBP", lossless=True, quality=100, method=2)


def size(source):
    """Width and height on the page, in CSS pixels; or ValueError, with the cure."""
    if source.suffix == ".svg":
        return size_of_svg(source)
    try:
        with Image.open(source) as picture:
            if picture.format not in KINDS:
                raise OSError
            dpi = picture.info.get("dpi", (DPI, DPI))[0] or DPI
            return [max(1, round(side * DPI / dpi)) for side in picture.size]
    except (OSError, Image.DecompressionBombError):
        raise ValueError(
            "is none that all readers show: save it as PNG, JPEG or SVG"
        ) from None


def size_of_svg(source):
    try:
        box = ElementTree.parse(source).getroot().get("viewBox", "")
        _, _, width, height = map(float, box.replace(",", " ").split())
        if not (0 < width < 1e5 and 0 < height < 1e5):
            raise ValueError
    except ElementTree.ParseError as error:
        raise ValueError(f"is no SVG ({error}): save it again") from None
    except ValueError:
        raise ValueError(
            'doesn\'t scale: its <svg> needs viewBox="0 0 width height"'
        ) from None
    return [max(1, round(side)) for side in (width, height)]


def fault(uri, folder):
    """What keeps a picture off the page, and the cure, if anything does."""
    for mark, what in ELSEWHERE.items():
        if mark in uri:
            return what
    if not NAME.search(uri):
        return "has a name or a kind that not all readers know: letters, digits and hyphens, then .png, .jpg, .gif or .svg"
    if not (folder / uri).is_file():
        return "isn't there: put the file there, or mend its name"
    try:
        size(folder / uri)
    except ValueError as error:
        return str(error)


def check(app, doctree):
    """Warn of each picture that can't be shown, and put its text in its place."""
    for picture in list(doctree.findall(nodes.image)):
        if what := fault(picture["uri"], Path(app.srcdir)):
            around = picture  # MyST gives the picture itself no line
            while around.parent and not around.line:
                around = around.parent
            logging.getLogger(__name__).warning(
                f"the picture {picture['uri'][:80]} {what}",
                location=(app.env.docname, around.line),
            )
            picture.replace_self(nodes.Text(picture.get("alt", "")))


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
    wait = ' loading="lazy" decoding="async">'  # no first screen has a picture
    rest = wait if online else " />"  # an ePub is XML
    translator.body.append(f"<img {written}{rest}")


def setup(app):
    # after all others that read them
    app.connect("doctree-read", check, priority=900)
    app.add_node(
        nodes.image,
        override=True,
        html=(visit_image, lambda translator, node: None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
