"""No page breaks a rule of axe: WCAG 2.2 A and AA, and best practice."""

import pytest
from checks import AXE_RULES, COLOUR_RULES, nothing_in, violations
from pages import PAGES

LIGHT_ON_THE_PAGE = """() => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = 'white';
  canvas.fillRect(0, 0, 1, 1);
  for (const element of [document.documentElement, document.body]) {
    canvas.fillStyle = getComputedStyle(element).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return (red + green + blue) / 3 / 255;
}"""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing(page, width, visit, server, axe):
    shown = visit("about:blank", width).page
    found = []
    # In the dark, what has to do with colours; the rest is as in the light.
    for scheme, rules in [("light", AXE_RULES), ("dark", COLOUR_RULES)]:
        shown.emulate_media(color_scheme=scheme)
        shown.goto(f"{server.url}{page}.html")
        assert (shown.evaluate(LIGHT_ON_THE_PAGE) > 0.5) == (scheme == "light")
        shown.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        found += violations(shown, axe, rules)
    nothing_in(found)
