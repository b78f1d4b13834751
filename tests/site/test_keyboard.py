"""All that a reader can do, without a mouse."""

import re

import pytest
from checks import CONTRAST, nothing_in, violations
from pages import CELLS, CHAPTERS, IN_ORDER, words_of_its_own
from playwright.sync_api import expect

CHAPTER = CHAPTERS[0]
TITLE = re.compile(r"# @title (.*)\n")  # a folded cell's first line, for Colab

# The name of what has the focus, as far as these tests need it
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element.matches('a, button, input, summary')) return '';
  return element.getAttribute('aria-label') || element.textContent.trim()
    || element.title || element.placeholder || '';
}"""

# All that can be pressed or filled in and is not folded away, numbered; and
# how each looks while it has no focus.
NUMBER = """() => {
  const looks = element => {
    const {outline, boxShadow, border, backgroundColor, textDecoration} =
      getComputedStyle(element);
    return [outline, boxShadow, border, backgroundColor, textDecoration].join();
  };
  window.looks = looks;
  document.activeElement.blur();
  return [...document.querySelectorAll(
    'a[href], button, summary, input, select, textarea, [tabindex]'
  )].filter(element => element.tabIndex >= 0 && !element.disabled
    && element.checkVisibility({visibilityProperty: true})
    && !element.closest('[inert]')
  ).map((element, number) => {
    element.dataset.number = number;
    element.looksAtRest = looks(element);
    return element.cloneNode().outerHTML.slice(0, 150);
  });
}"""
PRESS_AND_READ = """async () => {
  const copied = [await navigator.clipboard.readText()];
  for (const button of document.querySelectorAll('button.copybtn')) {
    if (!button.checkVisibility()) continue;
    await navigator.clipboard.writeText('');
    button.click();
    copied.push(await navigator.clipboard.readText());
  }
  return copied;
}"""
SEEN = """async () => {
  const element = document.activeElement;
  await Promise.all(document.getAnimations()
    .filter(({effect}) => effect.target.contains(element))
    .map(animation => animation.finished));
  const {top, bottom, left, right} = element.getBoundingClientRect();
  return [
    +(element.dataset.number ?? -1),
    element.checkVisibility({opacityProperty: true, visibilityProperty: true})
      && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
      && looks(element) !== element.looksAtRest,
  ];
}"""


def tab_to(page, wanted, limit=80):
    """Press Tab until what has the focus is called as wanted."""
    passed = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        name = page.evaluate(FOCUSED)
        if re.search(wanted, name, re.IGNORECASE):
            return
        passed.append(name[:30])
    pytest.fail(f"Tab never came to {wanted}, but to {passed}", pytrace=False)


def search_for(page, text):
    """Open the search and type; return a locator of the links this brings."""
    tab_to(page, "search")
    if not page.evaluate("document.activeElement.matches('input')"):
        page.keyboard.press("Enter")
    expect(page.locator("input:focus")).to_be_visible()
    page.evaluate(
        "document.querySelectorAll('a').forEach(a => a.dataset.old = '')"
    )
    page.keyboard.type(text)
    return page.locator("a:not([data-old])")


@pytest.mark.parametrize("width", [1280, 375])
def test_tab_comes_to_everything_and_shows_where_it_is(visit, width):
    page = visit(CHAPTER, width).page
    controls = dict(enumerate(page.evaluate(NUMBER)))
    unseen = []
    for _ in range(len(controls)):
        page.keyboard.press("Tab")
        number, seen = page.evaluate(SEEN)
        control = controls.pop(number, None)
        if control and not seen:
            unseen.append(f"focus not seen: {control}")
    missed = [f"never reached: {control}" for control in controls.values()]
    nothing_in(missed + unseen)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_what_the_first_tab_shows_can_be_read(color_scheme, visit, axe):
    page = visit(CHAPTER, color_scheme=color_scheme).page
    tab_to(page, "skip", limit=1)
    nothing_in(violations(page, axe, CONTRAST))


def test_first_tab_offers_to_skip_to_the_text(visit):
    page = visit(CHAPTER).page
    tab_to(page, "skip", limit=1)
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize("page", CHAPTERS)
def test_search_finds_a_word_while_it_is_typed(page, visit):
    shown = visit(IN_ORDER[0])
    name = page.rpartition("/")[2]
    found = search_for(shown.page, words_of_its_own("markdown")[page])
    hit = found.and_(shown.page.locator(f"a[href*='{name}.html']")).first
    expect(hit).to_be_visible()
    shown.page.keyboard.press("Control+A")
    shown.page.keyboard.type(words_of_its_own("code")[page])
    expect(hit).to_have_attribute("href", re.compile("_"))
    expect(hit).to_be_visible()
    assert shown.page.url.endswith(f"{IN_ORDER[0]}.html"), "while typing"

    for _ in range(40):
        shown.page.keyboard.press("Tab")
        if hit.evaluate("hit => hit === document.activeElement"):
            break
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_url(f"**/{name}.html*")
    nothing_in(shown.complaints)


def test_search_says_so_when_it_finds_nothing(visit):
    page = visit(CHAPTER).page
    found = search_for(page, "xylophone")
    said = page.get_by_text(re.compile(r"\bno\b|nothing|not match", re.I))
    expect(said.filter(visible=True).first).to_be_visible()
    expect(found).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("input:focus")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_search_is_accessible(scheme, visit, axe):
    page = visit(CHAPTER, color_scheme=scheme).page
    expect(search_for(page, "tensor").first).to_be_visible()
    nothing_in(violations(page, axe))


def test_search_works_from_a_folder(visit, site):
    opened = visit((site / f"{IN_ORDER[0]}.html").as_uri())
    expect(search_for(opened.page, "tensor").first).to_be_visible()
    nothing_in([*opened.asked_elsewhere(), *opened.complaints])


@pytest.mark.parametrize("page", CHAPTERS)
def test_copy_buttons_copy_the_code_and_nothing_else(page, visit):
    shown = visit(page, permissions=["clipboard-read", "clipboard-write"]).page
    shown.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    shown.get_by_role("button", name="copy").first.focus()
    shown.keyboard.press("Enter")
    copied = shown.evaluate(PRESS_AND_READ)
    code = [
        TITLE.sub("", cell.source).strip()
        for cell in CELLS[page]
        if cell.cell_type == "code"
    ]
    fenced = [
        block.strip()
        for cell in CELLS[page]
        if cell.cell_type == "markdown"
        for block in re.findall(r"```\w*\n(.*?)```", cell.source, re.DOTALL)
    ]
    copied = [TITLE.sub("", one.strip()) for one in copied]
    missing = [
        f"no button copies: {one[:60]!r}" for one in code if one not in copied
    ]
    other = [
        f"copied: {one[:60]!r}" for one in copied if one not in code + fenced
    ]
    nothing_in(missing + other)


def test_folded_cell_opens_and_says_what_it_hides(visit):
    page = visit(CHAPTER).page
    folded = [
        cell
        for cell in CELLS[CHAPTER]
        if "hide-cell" in cell.metadata.get("tags", [])
    ]
    for cell in folded:
        title = TITLE.match(cell.source)[1]
        summary = page.locator("summary", has_text=title).first
        hidden = page.locator("details", has=summary).locator("pre").first
        expect(hidden).to_be_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        expect(hidden).to_be_visible()


def test_theme_stays_as_it_was_switched(visit):
    page = visit(CHAPTER, color_scheme="light").page
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    tab_to(page, "theme|colou?r mode|dark")
    for _ in range(3):  # it may go through "as the system has it"
        if page.evaluate(background) == light:
            page.keyboard.press("Enter")
    dark = page.evaluate(background)
    assert dark != light
    page.goto(page.url.replace(CHAPTER, CHAPTERS[1]))
    assert page.evaluate(background) == dark
    page.reload()
    assert page.evaluate(background) == dark
