"""The colours of the figures, in both themes, for every reader's eyes."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.colors import to_hex, to_rgb
from rules import load

CSS = Path("book/_static/book.css").read_text(encoding="utf-8")
EYES = ["usual", "protanomaly", "deuteranomaly", "tritanomaly"]


def variables(theme):
    block = re.search(rf'\[data-theme="{theme}"\] {{(.*?)}}', CSS, re.S)[1]
    return {
        name: np.array(to_rgb(colour))
        for name, colour in re.findall(r"--([\w-]+): (#\w+);", block)
    }


def inverted(colour, page):
    """What the filter of book.css makes of a picture's colour in the dark."""
    brighter, opacity = re.search(
        r"invert\(1\) hue-rotate\(180deg\) brightness\((.+?)\) "
        r"opacity\((.+?)\);\s*mix-blend-mode: screen",
        CSS,
    ).groups()
    grey = np.array([0.213, 0.715, 0.072])  # W3C, Filter Effects, hue-rotate
    turned = 2 * grey @ (1 - colour) - (1 - colour)
    bright = np.clip(np.clip(turned, 0, 1) * float(brighter), 0, 1)
    return page + float(opacity) * bright * (1 - page)


def colours(theme):
    """Each colour that the contributor's table names, as a page shows it."""
    (setup,) = (
        cell.source
        for cell in load("authoring/template.ipynb").cells
        if "setup" in cell.metadata.get("tags", [])
    )
    cycle = re.findall(r'"(#\w{6})"', setup)
    named = dict(zip(["C0", "C1", "C2", "C3"], cycle, strict=True))
    named |= {"data": "0.5", "ink": "k"}
    page = variables(theme)["page"]
    return {
        name: np.array(to_rgb(colour))
        if theme == "light"
        else inverted(np.array(to_rgb(colour)), page)
        for name, colour in named.items()
    }


def contrast(one, other):
    """As WCAG defines it, from 1 to 21."""
    light = [
        cspace_convert(c, "sRGB1", "XYZ100")[1] / 100 for c in (one, other)
    ]
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_any_two_colours_are_told_apart(theme, eyes):
    kind = {"name": "sRGB1+CVD", "cvd_type": eyes, "severity": 100}
    seen = {
        name: colour
        if eyes == "usual"
        else np.clip(cspace_convert(colour, kind, "sRGB1"), 0, 1)
        for name, colour in colours(theme).items()
    }
    for (one, a), (other, b) in combinations(seen.items(), 2):
        far = deltaE(a, b, input_space="sRGB1")
        assert far > 8, f"{one} and {other} are {far:.1f} apart"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_can_be_named_in_their_own_colour_and_data_are_seen(theme):
    page = variables(theme)["page"]
    for name, colour in colours(theme).items():
        enough = 3 if name == "data" else 4.5
        assert contrast(colour, page) > enough, name


def test_the_animation_has_the_colours_of_the_figures():
    cells = load("book/05-visualization.ipynb").cells
    (source,) = (cell.source for cell in cells if cell.id == "animate")
    strokes = set(re.findall('stroke="(#[^"]+)"', source))
    assert strokes and strokes <= {*map(to_hex, colours("light").values())}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_lab_has_the_colours_of_the_figures(theme):
    drawn, page = colours(theme), variables(theme)
    names = {"C0": "accent", "C1": "bad", "C2": "good", "C3": "further"}
    for name, variable in names.items():
        np.testing.assert_allclose(
            page[variable], drawn[name], atol=1.5 / 255, err_msg=variable
        )
