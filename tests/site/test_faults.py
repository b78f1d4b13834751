"""What a look at each page by a designer found, a test a kind; test_look.py is of the style."""

import re

import pytest
from pages import CELLS, CHAPTERS, IN_ORDER
from playwright.sync_api import expect
from test_keyboard import CHAPTER, search_for, tab_to

PHONE = {"width": 375, "is_mobile": True, "has_touch": True}
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
FOCUS = "document.activeElement.className"
LUMINANCE = """selector => {
  const canvas = document.createElement('canvas').getContext('2d');
  const light = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  };
  const [text, page] = [document.querySelector(selector), document.body]
    .map(element => getComputedStyle(element));
  const [a, b] = [light(text.color), light(page.backgroundColor)].sort().reverse();
  return (a + 0.05) / (b + 0.05);
}"""


def box(locator):
    """Left, top, right and bottom."""
    at = locator.bounding_box()
    return at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_an_error_says_first_what_it_says(page, visit):
    shown = visit(page, **PHONE).page
    shown.evaluate(
        "document.querySelectorAll('details.hide').forEach(d => d.open = true)"
    )
    raised = [
        output
        for cell in CELLS[page]
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    told = shown.locator(".raised")
    assert told.count() == len(raised)
    for output, box_ in zip(raised, told.all()):
        first = box_.locator("> :first-child")
        said = f"{output.ename}: {output.evalue}".strip().rstrip(": ")
        assert first.inner_text().split() == said.split()
        assert first.evaluate("e => e.scrollWidth <= e.clientWidth"), "is cut"
        assert first.locator("strong").count() == 1
        expect(box_.locator(".traceback")).to_be_hidden()
        box_.locator("summary").press("Enter")
        expect(box_.locator(".traceback")).to_be_visible()


def test_copy_buttons_show_where_nobody_can_come_near(visit):
    shown = visit(CHAPTER, **PHONE).page
    button = shown.get_by_role("button", name="Copy").first
    assert button.evaluate("b => getComputedStyle(b).opacity") == "1"
    left, top, right, bottom = box(button)
    assert min(right - left, bottom - top) >= 32
    assert right <= 375


@pytest.mark.parametrize(
    "width, name, says",
    [
        (1280, "light or|light, dark", "Dark"),
        (1280, "^chapters", ""),
        (1280, "^copy", "Copied"),
        (375, "light, dark", "Dark"),
    ],
)
def test_a_button_keeps_the_focus_and_says_what_it_did(
    width, name, says, visit
):
    page = visit(CHAPTER, width, color_scheme="light").page
    tab_to(page, name)
    before = page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    if says:
        expect(page.locator("#said")).to_have_text(says)
    assert page.evaluate(FOCUS).split()[0] == before.split()[0]


@pytest.mark.parametrize(
    "name, inside", [("Chapters", "2 · "), ("On this page", "Exercises")]
)
def test_a_drawer_closes_by_its_button_and_by_its_links(name, inside, visit):
    page = visit(CHAPTER, **PHONE).page
    button = page.get_by_role("button", name=name)
    link = page.get_by_role("link", name=re.compile(f"^{inside}")).first
    button.press("Enter")
    expect(link).to_be_visible()
    page.get_by_role("button", name="Close").tap()
    expect(link).to_be_hidden()
    expect(button).to_be_focused()
    button.tap()
    link.tap()
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_skip_link_covers_nothing(width, visit):
    page = visit(CHAPTER, width).page
    tab_to(page, "skip", limit=1)
    left, top, right, bottom = box(page.locator(".skip-link :focus"))
    for other in page.locator(".bd-main .btn, .logo__image").all():
        if other.is_visible():
            x, y, *_ = box(other)
            assert x >= right or y >= bottom, other.evaluate(
                "e => e.outerHTML"
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_comments_are_not_the_loudest(scheme, visit):
    page = visit(CHAPTERS[-1], color_scheme=scheme).page
    comment, code = (
        page.evaluate(LUMINANCE, f".cell_input pre {part}".strip())
        for part in (".c1", "")
    )
    assert 4.5 <= comment < code


def test_a_closed_menu_leaves_its_room_to_the_page(visit):
    page = visit(CHAPTER).page
    page.get_by_role("button", name="Chapters").click()
    left, *_ = box(page.locator(".bd-article-container"))
    *_, right, _ = box(page.locator("#pst-secondary-sidebar"))
    assert abs(left - (1280 - right)) < 20 and left < 1280 / 6
    expect(page.get_by_role("button", name="Search")).to_be_visible()


def test_a_wrong_address_leads_on(visit, server):
    page = visit(f"{server.url}book/no/such/page.html").page
    for chapter in CHAPTERS:
        expect(page.locator(f"a[href='{chapter}.html']")).to_be_visible()
    page.get_by_role("searchbox").fill("broadcasting")
    page.keyboard.press("Enter")
    expect(page.locator(".search-hits a").first).to_be_visible()
    assert "q=broadcasting" in page.url


@pytest.mark.parametrize("words", ["learning rate", "losses", "glossary"])
def test_search_says_where_and_shows_some_of_the_text(words, visit):
    page = visit(IN_ORDER[0]).page
    expect(search_for(page, words).first).to_be_visible()
    hits = page.locator(".search-hits li")
    places = hits.locator("a").evaluate_all("links => links.map(a => a.href)")
    assert len(places) == len(set(places)) > 1
    stems = {"learning rate": ("learn", "rate")}.get(words, (words[:4],))
    for hit in hits.all():
        marked = "".join(hit.locator("mark").all_inner_texts()).lower()
        excerpt = "".join(hit.locator("small").all_inner_texts()).lower()
        assert all(stem in hit.inner_text().lower() for stem in stems)
        assert marked.startswith(stems) or stems[0] not in excerpt
    assert hits.locator("small").count() > 1


def test_search_page_lists_what_it_finds(visit, server):
    page = visit(f"{server.url}search.html?q=tape").page
    expect(
        page.locator(".search-hits a", has_text="tape").first
    ).to_be_visible()


@pytest.mark.parametrize("page", CHAPTERS)
def test_code_on_a_phone_has_all_the_width_and_shows_that_there_is_more(
    page, visit
):
    shown = visit(page, **PHONE).page
    shown.evaluate(OPEN_ALL)
    boxes = shown.evaluate("""[...document.querySelectorAll('div.cell:not(.tag_lab)')].map(cell => {
      const {left, right} = cell.getBoundingClientRect();
      return [left, right];
    })""")
    assert {(left, right) for left, right in boxes} == {(0, 375)}
    edges = shown.evaluate("""[...document.querySelectorAll('.cell pre')]
      .filter(pre => pre.scrollWidth > pre.clientWidth)
      .map(pre => getComputedStyle(pre).backgroundAttachment)""")
    assert set(edges) <= {"local, local, scroll, scroll"}


def test_a_folded_output_opens_with_keys_and_without_scripts(visit):
    for scripts in (True, False):
        page = visit(CHAPTER, java_script_enabled=scripts).page
        summary = page.locator("summary", has_text=re.compile("^Run$")).first
        output = page.locator("details", has=summary).locator("pre").first
        expect(output).to_be_hidden()
        summary.press("Enter")
        expect(output).to_be_visible()


@pytest.mark.parametrize("page", [*IN_ORDER, "search"])
def test_one_stylesheet_holds_the_first_screen_up(page, visit):
    seen = visit(page)
    waits = seen.page.evaluate("""performance.getEntriesByType('resource')
      .filter(({renderBlockingStatus}) => renderBlockingStatus === 'blocking')
      .map(({name}) => name.split('/').pop())""")
    assert waits == ["site.css"]


def test_search_and_lab_are_fetched_when_they_are_wanted(visit):
    seen = visit("book/05-visualization")
    asked = lambda: {url.rpartition("/")[2] for url in seen.requests}  # noqa: E731
    wanted = {"training-lab.js", "search.js", "sections.js"}
    assert not asked() & wanted
    seen.page.locator("training-lab").scroll_into_view_if_needed()
    expect(seen.page.locator("training-lab:defined")).to_be_visible()
    search_for(seen.page, "tape").first.wait_for()
    assert asked() >= wanted
