"""No page breaks a rule of axe: WCAG 2.2 A and AA, and best practice."""

import pytest
from checks import AXE_RULES, CONTRAST, nothing_in, violations
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


# Of code in one box and colour, one word stands for all: axe takes a
# millisecond for each word.
OPEN_AND_SHORTEN = """() => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  const seen = new Set();
  for (const word of document.querySelectorAll('pre span[class]')) {
    const boxes = ['div:not(.highlight)', '.cell_input, .cell_output', 'details'];
    const around = boxes.map(box => word.closest(box)?.className);
    const look = [word.className, ...around].join();
    if (seen.has(look)) word.replaceWith(...word.childNodes);
    seen.add(look);
  }
}"""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing(page, width, visit, axe):
    shown = visit(page, width).page
    shown.evaluate(OPEN_AND_SHORTEN)
    found = []
    for scheme, rules in [("light", AXE_RULES), ("dark", CONTRAST)]:
        shown.emulate_media(color_scheme=scheme)
        shown.evaluate(f"document.documentElement.dataset.theme = '{scheme}'")
        assert (shown.evaluate(LIGHT_ON_THE_PAGE) > 0.5) == (scheme == "light")
        found += violations(shown, axe, rules)
    nothing_in(found)
