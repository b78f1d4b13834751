"""Tells of the chapters on other pages, from the notebooks themselves.

The directive `chapter-cards` has a card a chapter, grouped by the parts of _toc.yml: a figure,
the title, the minutes, the goals; its text is one more card, the last. `chapter-table` has a row a chapter, and the sum of the
minutes. `{{ hours }}` is that sum in words. So nothing of a chapter is written down twice.
"""

import base64
import re
from io import BytesIO
from pathlib import Path, PurePosixPath

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from ipynb import NotebookError, read
from PIL import Image

TITLE = re.compile(r"^# (?P<title>.+)", re.MULTILINE)
GOALS = re.compile(r"^- .+(?:\n(?! *\n).+)*", re.MULTILINE)
MINUTES = re.compile(r"\*\*Time\*\* (\d+) minutes")
NEEDS = re.compile(r"\*\*You need\*\* (.+)\.")
WORDS = "No One Two Three Four Five Six Seven Eight Nine Ten".split()
PART = ("I", "II", "III", "IV", "V")
CARD = (420, 255)  # pixels of its picture


def head(path):
    """What the first cell of a chapter says of it."""
    try:
        cells = read(path).cells
    except NotebookError:  # which checks.py tells
        cells = []
    text = cells[0].source if cells else ""
    title, minutes, needs = (
        found[1] if (found := pattern.search(text)) else ""
        for pattern in (TITLE, MINUTES, NEEDS)
    )
    return {
        "title": title or Path(path).stem,
        "minutes": int(minutes or 0),
        "needs": needs[:1].upper() + needs[1:],
        "goals": GOALS.findall(text),
        "cells": cells,
    }


def parts(srcdir, site_map):
    """Pairs of a part's name and the documents of its chapters."""
    for part in site_map.root.subtrees:
        chapters = [
            str(item)
            for item in part.items
            if Path(srcdir, f"{item}.ipynb").is_file()
        ]
        if chapters:
            yield part.caption, chapters


def hours(app, config):
    """Set {{ hours }}, the minutes of all chapters to the nearest hour."""
    minutes = sum(
        head(Path(app.srcdir, f"{chapter}.ipynb"))["minutes"]
        for _, chapters in parts(app.srcdir, config.external_site_map)
        for chapter in chapters
    )
    number = round(minutes / 60)
    words = WORDS[number] if number < len(WORDS) else str(number)
    unit = "hour" if number == 1 else "hours"
    config.myst_substitutions |= {"hours": f"{words} {unit}"}


def figure(cells):
    """The chapter's picture, and what it shows: of the cell that is tagged `card`, or its first one."""
    pictures = [
        (cell.metadata, output.data["image/png"])
        for cell in cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    pictures.sort(key=lambda one: "card" not in one[0].get("tags", ()))
    for metadata, data in pictures[:1]:
        alt = metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        return base64.b64decode(data), alt


def inside(grey):
    """What lies inside the axes, by the two lines of the style's grey that are long; or all of it."""
    lines = grey.point(lambda light: 255 * (abs(light - 128) < 8))
    width, height = grey.size
    # the share of each column, and of each row, that is of this grey
    down = lines.resize((width, 1), Image.BOX).tobytes()
    across = lines.resize((1, height), Image.BOX).tobytes()
    columns = [x for x, share in enumerate(down) if share > 0.3 * 255]
    rows = [y for y, share in enumerate(across) if share > 0.3 * 255]
    if not (columns and rows):
        return 0, 0, width, height
    left, bottom = columns[0], rows[-1]
    top = lines.crop((left, 0, left + 1, bottom)).getbbox()[1]
    right = lines.crop((0, bottom, width, bottom + 1)).getbbox()[2]
    return left + 4, top, right, bottom - 4


def crop(png):
    """The inside of the axes, without their numbers, which would be too small to read.

    It is as wide as the card. Of one that is too high, the part is shown that has most to say.
    """
    with Image.open(BytesIO(png)) as picture:
        left, top, right, bottom = inside(picture.convert("L"))
        picture = picture.convert("RGB").crop((left, top, right, bottom))
    height = round(picture.height * CARD[0] / picture.width)
    picture = picture.resize((CARD[0], height), Image.LANCZOS)
    dark = picture.convert("L").point(lambda light: 255 * (light < 112))
    ink = dark.resize((1, height), Image.BOX).tobytes()
    spare = height - CARD[1]
    first = max(
        range(max(spare, 0) + 1), key=lambda y: sum(ink[y : y + CARD[1]])
    )
    small = Image.new("RGB", CARD, "white")
    small.paste(picture, (0, -first if spare > 0 else -spare // 2))
    file = BytesIO()
    small.save(file, "PNG", dpi=(150, 150))
    return file.getvalue()


class OfChapters(Directive):
    """Says what `lines` makes of the chapters, in MyST."""

    def run(self):
        self.env = self.state.document.settings.env
        node = nodes.container(classes=[self.name])
        lines = list(self.lines())
        self.state.nested_parse(StringList(lines, ""), 0, node)
        return [node]

    def heads(self):
        """The parts, each with its chapters: pairs of a document's name and its head."""
        srcdir = self.env.srcdir
        for part, chapters in parts(srcdir, self.env.external_site_map):
            for chapter in chapters:
                self.env.note_dependency(f"{chapter}.ipynb")
            yield (
                part,
                [(c, head(Path(srcdir, f"{c}.ipynb"))) for c in chapters],
            )


class Cards(OfChapters):
    has_content = True

    def lines(self):
        for number, (part, chapters) in zip(PART, self.heads()):
            yield f"**Part {number}, *{part}***"
            for chapter, head in chapters:
                yield ""
                if uri := self.picture(chapter, head["cells"]):
                    yield f"- {uri}"
                    yield ""
                yield f"{' ' if uri else '-'} **[{head['title']}](/{chapter}.ipynb)**"
                yield ""
                yield f"  {head['minutes']} minutes"
                yield ""
                for goal in head["goals"]:
                    yield from (f"  {line}" for line in goal.splitlines())
            yield ""
        yield from (
            f"{'  ' if n else '- '}{line}"
            for n, line in enumerate(self.content)
        )

    def picture(self, chapter, cells):
        """The Markdown of the card's picture; nothing on paper, where cards are a list."""
        found = figure(cells)
        if self.env.app.tags.has("offline") or not found:
            return ""
        png, alt = found
        name = f"_build/cards/{PurePosixPath(chapter).name}.png"
        path, small = Path(self.env.srcdir, name), crop(png)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != small:
            path.write_bytes(small)
        alt = re.sub(r"([\\\[\]*_`$<>{}])", r"\\\1", alt)
        return f"![{alt}](/{name})"


class Table(OfChapters):
    def lines(self):
        yield "| Chapter | Minutes | Rests on |"
        yield "| --- | --: | --- |"
        total = 0
        for _, chapters in self.heads():
            for chapter, head in chapters:
                total += head["minutes"]
                yield f"| [{head['title']}](/{chapter}.ipynb) | {head['minutes']} | {head['needs']} |"
        yield f"| All | {total} | |"


def setup(app):
    app.add_directive("chapter-cards", Cards)
    app.add_directive("chapter-table", Table)
    # after the table of contents is read
    app.connect("config-inited", hours, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
