"""Compares the pictures that a cell makes with the stored ones, which nbval
passes over.

As in matplotlib's own tests, the measure is the root mean square (RMS) over
the pixels, from 0 to 255. Another version of matplotlib sets text a little
wider or higher, which moves all else by a pixel or two; so a pixel may also
count as equal to what is stored within figure_reach pixels of it.
"""

import base64
import io
import os

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image


def pytest_addoption(parser):
    parser.addini("figure_tolerance", "RMS by which two figures may differ")
    parser.addini("figure_reach", "how many pixels off a pixel may be found")


class FigureError(Exception):
    """How a picture differs, and where to see it."""


def compare(item):
    """Raise FigureError unless the cell made the pictures that are stored."""
    stored, made = pictures(item.cell.outputs), pictures(item.test_outputs)
    tolerance = float(item.config.getini("figure_tolerance"))
    reach = int(item.config.getini("figure_reach"))
    # equally many, or nbval would have found a text beside one of them missing
    pairs = zip(stored, made, strict=True)
    for number, (old, new) in enumerate(pairs, start=1):
        if old.size != new.size:
            how = f"(width, height) {new.size}, stored {old.size}"
        elif (rms := difference(old, new, reach)) > tolerance:
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
    data = [output.get("data", {}).get("image/png") for output in outputs]
    files = [io.BytesIO(base64.b64decode(png)) for png in data if png]
    return [Image.open(file).convert("RGB") for file in files]


def difference(old, new, reach):
    """Return the RMS over the pixels, the larger of old to new and back."""

    def beyond(picture, other):
        """By how much each pixel is outside the range of those in reach."""
        low, high = (in_reach(other, reach, f) for f in (np.amin, np.amax))
        here = np.asarray(picture, dtype=float)
        excess = np.maximum(np.maximum(here - high, low - here), 0)
        return np.sqrt(np.mean(excess**2))

    return max(beyond(old, new), beyond(new, old))


def in_reach(picture, reach, extreme):
    """The least, or the most, of each pixel's surroundings."""
    pixels = np.asarray(picture)
    for axis in (0, 1):
        beyond = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        wider = np.pad(pixels, beyond, mode="edge")
        windows = sliding_window_view(wider, 2 * reach + 1, axis=axis)
        pixels = extreme(windows, axis=-1)
    return pixels.astype(float)


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
