"""Compares the pictures that a cell makes with the stored ones, which nbval
passes over: by what is drawn, as tools/drawn.py tells it, and by their pixels.

As in matplotlib's own tests, the measure of the pixels is their root mean
square (RMS), from 0 to 255. Another version of matplotlib sets text wider or
higher, and with it all else, so that nearly every edge differs: there a
figure is held to what is drawn alone, with --drawn. What that can't see: the
width of lines, the size of dots, where a text or a legend stands, the ticks,
arrows.
"""

import base64
import io
import os
from itertools import zip_longest

import numpy as np
from PIL import Image


def pytest_addoption(parser):
    parser.addini("figure_tolerance", "RMS by which two figures may differ")
    help = "compare what is drawn in a figure, and no pixels"
    parser.addoption("--drawn", action="store_true", help=help)


class FigureError(Exception):
    """How a picture differs, and where to see it."""


def compare(item):
    """Raise FigureError unless the cell made the pictures that are stored."""
    stored, made = pictures(item.cell.outputs), pictures(item.test_outputs)
    tolerance = float(item.config.getini("figure_tolerance"))
    drawn_only = item.config.option.drawn
    # equally many, or nbval would have found a text beside one of them missing
    pairs = zip(stored, made, strict=True)
    for number, ((old, was), (new, now)) in enumerate(pairs, start=1):
        others = [two for two in zip_longest(was, now) if not same(*two)]
        if others:
            how = "\n".join(["stored, new:", *map(str, sum(others[:3], ()))])
        elif old.size != new.size:
            how = f"(width, height) {new.size}, stored {old.size}"
        elif was and drawn_only:
            continue
        elif (rms := difference(old, new)) > tolerance:
            how = f"RMS {rms:.1f} of 255, allowed {tolerance:g}"
        else:
            continue
        name = f"{item.path.stem}-{item.cell.id}.png"
        path = item.config.rootpath / "_build/figures" / name
        save(path, old, new)
        raise FigureError(
            f"picture {number} differs: {how}\n"
            f"Stored, new, difference side by side: {os.path.relpath(path)}\n"
            "If the new one is right: "
            f"make refresh NB={os.path.relpath(item.path)}"
        )


def pictures(outputs):
    """Yield each picture, and the lines that say what is drawn in it."""
    for output in outputs:
        if png := output.get("data", {}).get("image/png"):
            picture = Image.open(io.BytesIO(base64.b64decode(png)))
            yield picture.convert("RGB"), output.metadata.get("drawn", [])


def same(old, new):
    """Whether two lines say the same words, and the same places, rounded."""
    if old is None or new is None:
        return False
    (words, was), (new_words, now) = (
        one.rsplit(": ", 1) for one in (old, new)
    )
    was, now = (np.array(places.split(), float) for places in (was, now))
    if words != new_words or was.shape != now.shape:
        return False
    noise = 1e-6 * np.abs(was).max(initial=0)
    return np.allclose(now, was, rtol=1.5e-3, atol=noise)


def difference(old, new):
    """Return the root of the mean squared difference of the pixels."""
    old, new = np.asarray(old, dtype=float), np.asarray(new, dtype=float)
    return np.sqrt(np.mean((new - old) ** 2))


def save(path, old, new):
    """Write old, new and ten times their difference, on white."""
    size = np.maximum(old.size, new.size)
    canvases = [Image.new("RGB", tuple(size), "white") for _ in range(2)]
    for canvas, picture in zip(canvases, (old, new)):
        canvas.paste(picture)
    one, other = (np.asarray(canvas, dtype=float) for canvas in canvases)
    apart = np.minimum(10 * np.abs(one - other), 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    row = np.hstack([one, other, apart])
    Image.fromarray(row.astype("uint8")).save(path)
