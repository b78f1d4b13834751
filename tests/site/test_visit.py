"""The first visit to each page: nothing fails, moves, weighs much or leaks."""

import tomllib
from pathlib import Path

import pytest
from checks import nothing_in, over_budget
from pages import CHAPTERS, PAGES
from playwright.sync_api import expect

BUDGET = tomllib.loads(
    Path(__file__).with_name("budget.toml").read_text(encoding="utf-8")
)
WIDE, PHONE = 1280, 375
ENLARGED = 320  # what is 1280 wide at 400 %

# As much as WCAG 1.4.12 has a page bear. No style tag: the policy forbids it.
SPACE_THE_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  const inside = [...document.querySelectorAll('*')]
    .map(element => element.shadowRoot).filter(Boolean);
  for (const root of [document, ...inside])
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}"""

every_page = pytest.mark.parametrize("page", PAGES)
visits = {}


@pytest.fixture
def first(visit, late_server):
    """The first visit to a page, made once at each width and read to its end."""

    def first(page, width=WIDE):
        if (page, width) not in visits:
            url = f"{late_server.url}{page}.html"
            seen = visits[page, width] = visit(url, width).read_to_the_end()
            if width == ENLARGED:
                seen.page.evaluate(SPACE_THE_TEXT)
                seen.spaced = seen.look()
        return visits[page, width]

    return first


def test_every_page_is_tested(site):
    built = {
        path.relative_to(site).with_suffix("").as_posix()
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }
    # index.html only leads to the front page: see test_html.py
    assert sorted(built - {"index"}) == sorted(PAGES)


@every_page
def test_asks_no_other_host(page, first):
    nothing_in(first(page).asked_elsewhere())


@every_page
def test_nothing_fails_or_complains(page, first):
    nothing_in(first(page).complaints)


@every_page
def test_weighs_what_it_may(page, first, late_server):
    nothing_in(over_budget(first(page).weights(late_server), BUDGET))


@every_page
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_holds_still_while_it_loads(page, width, first):
    shift, moved = first(page, width).shift()
    nothing_in(shift > BUDGET["shift"] and [f"moves by {shift:.4f}", *moved])


@every_page
@pytest.mark.parametrize("width", [PHONE, ENLARGED])
def test_does_not_scroll_sideways(page, width, first):
    seen = first(page, width).noticed
    nothing_in(seen["sideways"] > 0 and ["too wide:", *seen["wide"]])


@every_page
def test_does_not_scroll_sideways_with_more_space_in_its_text(page, first):
    seen = first(page, ENLARGED).spaced
    nothing_in(seen["sideways"] > 0 and ["too wide:", *seen["wide"]])


@every_page
def test_keeps_a_policy_that_ships_with_it(page, first):
    seen = first(page).noticed
    assert "default-src 'self'" in seen["policy"]
    assert "unsafe-eval" not in seen["policy"]
    nothing_in(seen["refused"])


@pytest.mark.parametrize("width, height", [(WIDE, 800), (PHONE, 667)])
def test_the_first_screen_starts_a_reader(width, height, visit):
    shown = visit(PAGES[0], width).page
    shown.set_viewport_size({"width": width, "height": height})
    pitch = shown.locator(".pitch")
    built = pitch.get_by_role("listitem")
    assert built.count() == 3
    for part in [
        *built.all(),
        pitch.get_by_text("hours · Python and NumPy · free"),
        pitch.get_by_role("link", name="Start chapter 1"),
        pitch.get_by_role("link", name="Open in Colab"),
    ]:
        expect(part).to_be_in_viewport(ratio=1)
    if width == WIDE:
        rate = shown.get_by_role("slider", name="learning rate")
        expect(rate).to_be_in_viewport(ratio=1)


def test_what_pages_share_is_fetched_once(visit, server):
    page = visit(CHAPTERS[1]).page
    server.asked.clear()
    page.goto(f"{server.url}{CHAPTERS[2]}.html")
    assert server.asked[0].endswith(f"{CHAPTERS[2]}.html")
    again = [path for path in server.asked if path.endswith((".css", ".js"))]
    assert again == []


def test_the_stylesheet_is_read_to_its_end(visit):
    """It is put together, and one wrong brace would hide all that follows."""
    rules = "[...document.styleSheets[0].cssRules].map(rule => rule.cssText)"
    read = visit(PAGES[0]).page.evaluate(rules)
    assert read[-1].startswith("@media print")
    assert len(read) > 500


def test_a_wrong_address_leads_back_to_the_front_page(visit, server):
    lost = visit(f"{server.url}book/no/such/page.html")
    assert lost.status == 404
    nothing_in(lost.complaints)
    lost.page.get_by_role("main").get_by_role("link").first.click()
    assert lost.page.url == f"{server.url}{PAGES[0]}.html"


def test_opens_from_a_folder(visit, site):
    seen = visit((site / f"{PAGES[0]}.html").as_uri()).read_to_the_end()
    nothing_in([*seen.asked_elsewhere(), *seen.complaints])
    seen.page.locator("a:is([rel~=next], .right-next)").click()
    assert seen.page.url == (site / f"{PAGES[1]}.html").as_uri()
    nothing_in(seen.complaints)
