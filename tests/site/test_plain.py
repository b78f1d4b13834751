"""The text is there without scripts and on paper, in the light theme."""

import re

import pytest
from checks import nothing_in
from pages import CHAPTERS, IN_ORDER
from playwright.sync_api import expect

WORDS = re.compile(r"\w+")
COLOURS = """() => [...document.querySelectorAll('html, body, article :is(p, a, pre, span, img)')]
  .map(element => getComputedStyle(element))
  .map(style => [style.color, style.backgroundColor, style.borderColor,
    style.filter, style.mixBlendMode, style.colorScheme].join())"""


def text(page):
    return (
        page.get_by_role("article")
        .or_(page.get_by_role("main"))
        .first.inner_text()
    )


@pytest.mark.parametrize("page", [IN_ORDER[0], CHAPTERS[-2], "search"])
def test_reads_the_same_without_scripts(page, visit):
    with_scripts = visit(page).page
    without = visit(page, java_script_enabled=False).page
    expect(without.get_by_role("heading", level=1)).to_be_in_viewport()
    missing = set(WORDS.findall(text(with_scripts)))
    missing -= set(WORDS.findall(text(without)))
    nothing_in(missing)


@pytest.mark.parametrize("page", [*IN_ORDER[:2], "search"])
@pytest.mark.parametrize("width", [1280, 375])
def test_without_scripts_no_button_is_dead(page, width, visit):
    plain = visit(page, width, java_script_enabled=False).page
    for button in plain.get_by_role("button").all():
        expect(button).to_be_hidden()


def test_without_scripts_it_has_its_colours(visit):
    with_scripts = visit(CHAPTERS[0], color_scheme="light").page
    plain = visit(CHAPTERS[0], java_script_enabled=False).page
    assert plain.evaluate(COLOURS) == with_scripts.evaluate(COLOURS)


@pytest.mark.parametrize("page", [IN_ORDER[0], CHAPTERS[-2]])
def test_prints_dark_as_it_prints_light(page, visit):
    light, dark = (
        visit(page, color_scheme=scheme).page for scheme in ("light", "dark")
    )
    assert light.evaluate(COLOURS) != dark.evaluate(COLOURS)
    for shown in (light, dark):
        shown.emulate_media(media="print")
    assert light.evaluate(COLOURS) == dark.evaluate(COLOURS)


@pytest.mark.parametrize("page", IN_ORDER[:2])
def test_prints_the_text_and_no_menus(page, visit):
    shown = visit(page).page
    shown.emulate_media(media="print")
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    for role in ("navigation", "search", "button"):
        for part in shown.get_by_role(role).all():
            expect(part).to_be_hidden()


@pytest.mark.parametrize("page", CHAPTERS)
@pytest.mark.parametrize("scripts", [True, False])
def test_prints_what_is_folded_or_leaves_it_out(page, scripts, visit):
    shown = visit(page, java_script_enabled=scripts).page
    shown.emulate_media(media="print")
    folds = shown.evaluate(
        """() => [...document.querySelectorAll('article details')]
          .filter(fold => fold.firstElementChild.checkVisibility())
          .map(fold => [fold.textContent, fold.lastElementChild.checkVisibility()])"""
    )
    assert "Answer" in {text.split()[0] for text, _ in folds}
    nothing_in([text for text, is_open in folds if not is_open])


def test_prints_a_lab_as_its_picture_with_no_hole_below(visit):
    shown = visit(CHAPTERS[4]).page
    shown.emulate_media(media="print")
    lab = shown.locator("training-lab")
    # its script comes when a reader does, who has not been there yet
    assert lab.evaluate("lab => lab.matches('html.js :not(:defined)')")
    heights = lab.evaluate(
        """lab => [lab, lab.querySelector('svg')]
          .map(one => one.getBoundingClientRect().height)"""
    )
    assert heights[1] > 50 and heights[0] < heights[1] + 30


@pytest.mark.parametrize("page", CHAPTERS[:2])
def test_prints_an_output_without_the_button_that_shows_it(page, visit):
    shown = visit(page).page
    buttons = shown.locator("details.hide.below-input > summary")
    assert buttons.count()
    shown.emulate_media(media="print")
    for button in buttons.all():
        expect(button).to_be_hidden()
