"""Runs in a kernel when it starts: has each figure of matplotlib leave, in
the metadata of its output, a line for each thing that is drawn in it.

Two versions of matplotlib make pictures that differ in many pixels, though
the same is drawn. A line says what a thing is: its kind, name, style and
colours; and after the last colon, where: how many points it has, then the
first, last, lowest, highest and mean x and y, to four digits.

Beside it stands what is wrong, under "faults": text that is cut off, or too
small on a phone.
"""

import numpy as np
from IPython import get_ipython

PHONE = 372  # pixels across that a page leaves to a picture
LEGIBLE = 11  # pixels


def record(figure):
    said = [line(["Text", text.get_text()]) for text in figure.texts]
    drawn = [one for axes in figure.axes for one in lines(axes)]
    found = [*faults(figure)]
    return {}, {"drawn": said + drawn} | ({"faults": found} if found else {})


def faults(figure):
    from matplotlib.text import Text

    figure.draw_without_rendering()  # puts all in its place
    room = figure.bbox.padded(1)
    named = [x for a in figure.axes for x in (a, a.xaxis, a.yaxis)]
    for text in figure.findobj(Text):
        size = text.get_fontsize() / 72 * PHONE / figure.get_figwidth()
        if "^" in text.get_text():
            size *= 0.7  # of an exponent
        if text.get_text() and size < LEGIBLE:
            yield f"{text.get_text()!r} is {size:.1f} pixels high on a phone"
    for text in (x for one in named for x in one.get_children()):
        if isinstance(text, Text) and text.get_text():
            ends = text.get_window_extent().corners()
            if not all(room.contains(*end) for end in ends):
                yield f"{text.get_text()!r} is cut off"


def lines(axes):
    titles = map(axes.get_title, ("left", "center", "right"))
    names = *titles, axes.get_xlabel(), axes.get_ylabel()
    keys = filter(None, [axes.get_legend(), *axes.figure.legends])
    entries = [text.get_text() for key in keys for text in key.get_texts()]
    yield line(["Axes", *names, *entries], axes.get_xlim(), axes.get_ylim())
    for text in axes.texts:
        yield line(["Text", text.get_text()])
    for things in (axes.lines, axes.collections, axes.patches, axes.images):
        for thing in things:
            places = np.ma.asarray(points(thing), float).reshape(-1, 2)
            places = places.filled(np.nan)
            places = places[np.isfinite(places).all(axis=1)]
            spread = (np.min, np.max, np.mean) if len(places) else ()
            spread = [function(places, axis=0) for function in spread]
            numbers = len(places), places[:1], places[-1:], spread
            yield line(look(thing), *numbers, *shades(thing))


def line(words, *numbers):
    numbers = np.concatenate([[], *map(np.ravel, numbers)])
    noise = 1e-6 * np.abs(numbers).max(initial=0)  # what is 0 but for it
    numbers = [f"{n if abs(n) > noise else 0:.4g}" for n in numbers]
    return f"{', '.join(filter(None, words))}: {' '.join(numbers)}"


def look(thing):
    from matplotlib.colors import to_hex, to_rgba_array

    yield type(thing).__name__
    for what in ("label", "marker", "linestyle"):
        said = getattr(thing, f"get_{what}", str)()
        if isinstance(said, str) and not said.startswith("_"):
            yield said
    for what in ("color", "edgecolor", "facecolor"):
        colours = to_rgba_array(getattr(thing, f"get_{what}", list)())
        yield from sorted({to_hex(one, keep_alpha=True) for one in colours})


def points(thing):
    """Where a line, dots, curves (two corners each), a bar or image lies."""
    if hasattr(thing, "get_xydata"):
        return thing.get_xydata()
    if np.any(getattr(thing, "get_offsets", list)()):
        return thing.get_offsets()
    if hasattr(thing, "get_paths"):
        boxes = [path.get_extents() for path in thing.get_paths()]
        return [corner for box in boxes for corner in box.get_points()]
    if hasattr(thing, "get_path"):
        return thing.get_patch_transform().transform(thing.get_path().vertices)
    return np.reshape(thing.get_extent(), (2, 2)).T


def shades(thing):
    """The lowest, highest and mean of the values that colours stand for."""
    values = getattr(thing, "get_array", lambda: None)()
    if values is not None:
        yield from (np.nanmin(values), np.nanmax(values), np.nanmean(values))


get_ipython().display_formatter.mimebundle_formatter.for_type_by_name(
    "matplotlib.figure", "Figure", record
)
