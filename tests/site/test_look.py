"""What book.css means to set is what a reader sees: no rule of the theme outranks it."""

import re
from pathlib import Path

import pytest
from checks import nothing_in
from pages import CHAPTERS, IN_ORDER

OWN = Path("book/_static/book.css")

# Give each own rule the last word; what changes by that had been lost to the theme's.
OUTRANKED = """([css, important]) => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const active = rules => [...rules].flatMap(rule =>
    rule.selectorText ? [rule]
    : rule.media && matchMedia(rule.media.mediaText).matches ? active(rule.cssRules) : []);
  const meant = active(sheet.cssRules).flatMap(({selectorText, style}) => {
    const pseudo = selectorText.match(/::(before|after)/)?.[0];
    const elements = selectorText.replaceAll(/\\b::(before|after)/g, '');
    return [...document.querySelectorAll(elements)].slice(0, 20).flatMap(element =>
      [...style].map(property => ({selectorText, element, pseudo, property})));
  });
  const looks = () => meant.map(({element, pseudo, property}) =>
    getComputedStyle(element, pseudo).getPropertyValue(property));
  const before = looks();
  sheet.replaceSync(important);
  document.adoptedStyleSheets = [sheet];
  const after = looks();
  return meant.map(({selectorText, property}, n) => after[n] !== before[n]
    && `${selectorText} { ${property}: ${after[n]} }, and not ${before[n]}`).filter(Boolean);
}"""


def outranked(page, css):
    """The declarations of a style that lose to another's, where the page would show them."""
    page.emulate_media(reduced_motion="no-preference")
    important = re.sub(r"(?<!!important);", " !important;", css)
    return page.evaluate(OUTRANKED, [css, important])


@pytest.mark.parametrize("page", [IN_ORDER[0], *CHAPTERS, "search", "404"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_theme_outranks_no_rule_of_the_book(page, width, visit):
    shown = visit(page, width).page
    nothing_in(outranked(shown, OWN.read_text(encoding="utf-8")))


def test_a_rule_that_loses_is_found(visit):
    shown = visit(CHAPTERS[0]).page
    weak = "p { line-height: 3; } pre { line-height: 3; }"
    assert {one.split(" {")[0] for one in outranked(shown, weak)} == {
        "p",
        "pre",
    }
