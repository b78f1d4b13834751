"""Draws the cover of the ePub: a training loop on its loss."""

import numpy as np
from matplotlib import style
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

SIZE = (8, 12.8)  # inches; the shape that e-readers' libraries ask for
DARK, PALE, WARM = "#06263d", "#dcebf5", "#f0a36f"


def loss(weight, bias):
    """That of the line 3x + 2 on inputs from -2 to 2, without noise."""
    return 4 / 3 * (weight - 3) ** 2 + (bias - 2) ** 2


def walk(rate, steps):
    """The places of a run from the book's start, (steps + 1, 2)."""
    places = [np.array([5.0, 0.0])]
    for _ in range(steps):
        weight, bias = places[-1]
        slope = np.array([8 / 3 * (weight - 3), 2 * (bias - 2)])
        places.append(places[-1] - rate * slope)
    return np.array(places)


@style.context("default")  # and not as somebody has set it
def draw(path, title, author):
    figure = Figure(figsize=SIZE, dpi=125, facecolor=DARK)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set_axis_off()
    axes.set(xlim=(-1.2, 7.2), ylim=(-2.8, 10.64))
    weight, bias = np.meshgrid(
        np.linspace(-1.2, 7.2, 300), np.linspace(-2.8, 7, 350)
    )
    levels = np.linspace(0, 4.6, 12) ** 2
    blues = LinearSegmentedColormap.from_list("", ["#8fc4ea", "#00629b", DARK])
    axes.contourf(weight, bias, loss(weight, bias), levels, cmap=blues)
    axes.plot(*walk(0.68, 8).T, "o-", color=WARM, lw=3, ms=10)
    axes.plot(3, 2, "x", color="white", ms=16, mew=4)
    name, _, rest = title.partition(", ")
    figure.text(0.08, 0.88, name, color="white", size=46, weight="bold")
    figure.text(0.08, 0.82, rest, color=PALE, size=32)
    figure.text(0.08, 0.745, author, color=PALE, size=13)
    path.parent.mkdir(parents=True, exist_ok=True)
    # no version of Matplotlib inside: the same drawing, the same bytes
    figure.savefig(path, metadata={"Software": None})
