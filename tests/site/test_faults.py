"""What a look at each page by a designer found, a test a kind; test_look.py is of the style."""

import re
from io import BytesIO

import numpy as np
import pytest
from checks import nothing_in
from pages import CELLS, CHAPTERS, IN_ORDER
from PIL import Image
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


def pixels(locator):
    shot = Image.open(BytesIO(locator.screenshot()))
    return np.asarray(shot.convert("RGB"), dtype=int)


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


@pytest.mark.parametrize("page", CHAPTERS)
def test_an_equation_is_whole_on_a_phone(page, visit):
    shown = visit(page, **PHONE).page
    shown.evaluate(OPEN_ALL)
    nothing_in(
        shown.evaluate("""[...document.querySelectorAll('div.math')]
      .filter(box => box.scrollWidth > box.clientWidth)
      .map(box => `${box.scrollWidth} of ${box.clientWidth}: ${box.textContent.trim()}`)""")
    )


@pytest.mark.parametrize("page", [*CHAPTERS, "book/errors"])
@pytest.mark.parametrize("phone", [True, False])
def test_no_row_begins_with_what_belongs_to_an_equation(page, phone, visit):
    shown = visit(page, **PHONE if phone else {}).page
    shown.evaluate(OPEN_ALL)
    nothing_in(
        shown.evaluate("""[...document.querySelectorAll('p math, li math')].flatMap(math => {
      const words = document.createTreeWalker(math.closest('p, li'), NodeFilter.SHOW_TEXT);
      while (words.nextNode() && !(math.compareDocumentPosition(words.currentNode) === 4));
      const next = words.currentNode;
      if (!(math.compareDocumentPosition(next) === 4) || !/^\\S/.test(next.data)) return [];
      const range = document.createRange();
      range.setStart(next, 0);
      range.setEnd(next, 1);
      const [sign, equation] = [range, math].map(one => one.getClientRects()[0]);
      return !sign || !equation || sign.left >= equation.right - 1
        ? [] : [`${math.textContent} ${next.data.slice(0, 20)}`];
    })""")
    )


@pytest.mark.parametrize("page", IN_ORDER)
def test_the_menu_shows_where_the_reader_is(page, visit):
    shown = visit(page).page
    bar = shown.locator("#pst-primary-sidebar")
    here = bar.locator("a.current")
    if here.count():
        _, top, _, bottom = box(bar)
        assert top <= box(here)[1] and box(here)[3] <= bottom


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_contents_show_where_the_reader_is(page, visit):
    shown = visit(page).page
    bar = shown.locator(".bd-sidebar-secondary")
    for heading in shown.locator("main section > :is(h2, h3)").all()[::-5]:
        heading.evaluate("one => one.scrollIntoView()")
        here = bar.locator("a.active")
        here.wait_for()
        height = shown.viewport_size["height"]
        shown.wait_for_function(
            "([one, end]) => one.getBoundingClientRect().bottom <= end",
            arg=[here.element_handle(), height],
        )


def test_a_copy_button_stays_inside_a_block_of_one_row(visit):
    shown = visit("book/errors", **PHONE).page
    shown.evaluate(OPEN_ALL)
    for button in shown.locator(".copybtn").all():
        _, top, _, bottom = box(button)
        _, above, _, below = box(button.locator(".."))
        assert above <= top and bottom <= below + 0.01


def test_the_header_on_a_phone_covers_code_and_its_buttons_fit_a_finger(visit):
    page = visit(CHAPTER, **PHONE).page
    left, _, right, _ = box(page.locator(".bd-header-article"))
    assert (left, right) == (0, 375)
    for button in page.locator(".bd-header-article .btn").all():
        if button.is_visible():
            left, top, right, bottom = box(button)
            assert min(right - left, bottom - top) >= 44 and right <= 375


def test_words_of_an_animation_can_be_read_on_a_phone(visit):
    page = visit("book/05-visualization", **PHONE).page
    page.evaluate(OPEN_ALL)
    sizes = page.evaluate("""Promise.all(
      [...document.querySelectorAll('.cell_output img[src$=".svg"]')].map(async picture => {
        const text = await (await fetch(picture.src)).text();
        const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
        const size = svg.getAttribute('font-size') ?? 16;
        return size * picture.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      }))""")
    assert sizes and min(sizes) >= 11


@pytest.mark.parametrize("page", CHAPTERS)
def test_on_a_tablet_no_code_scrolls_or_lies_below_its_button(page, visit):
    shown = visit(page, 834, is_mobile=True, has_touch=True).page
    shown.evaluate(OPEN_ALL)
    nothing_in(
        shown.evaluate("""[...document.querySelectorAll('.cell_input .highlight')].filter(code => {
      const button = code.querySelector('.copybtn')?.getBoundingClientRect();
      const pre = code.querySelector('pre'), words = [...pre.querySelectorAll('span:not(.long)')];
      return pre.scrollWidth > pre.clientWidth || button && words
        .flatMap(word => [...word.getClientRects()])
        .some(({right, top}) => right > button.left && top < button.bottom - 4);
    }).map(code => code.textContent)""")
    )


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_searched_for_is_as_dark_as_the_text(scheme, visit):
    page = visit(IN_ORDER[0], color_scheme=scheme).page
    search_for(page, "tape").first.wait_for()
    field = page.evaluate(LUMINANCE, "#pst-search-dialog input")
    assert field == page.evaluate(LUMINANCE, "body")
    rows = page.locator(".search-hits small").first
    assert rows.evaluate("e => getComputedStyle(e).display") == "block"


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
      .map(pre => [getComputedStyle(pre).backgroundAttachment, !!pre.closest('.cell_input')])""")
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    code = shown.locator(".cell_input pre").first
    assert code.evaluate(size) == 12, "48 characters in a row"
    outputs_only = {("local, local, scroll, scroll", False)}
    assert set(map(tuple, edges)) <= outputs_only


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_long_line_of_code_goes_on_two_characters_farther_in(page, visit):
    shown = visit(page, **PHONE).page
    lines = shown.evaluate("""[...document.querySelectorAll('.cell_input .long')].map(line => [
      line.textContent, getComputedStyle(line).paddingInlineStart])""")
    farther = {
        (len(line) - len(line.lstrip()) + 2) / float(pixels.strip("px"))
        for line, pixels in lines
    }
    assert max(farther) - min(farther) < 1e-3


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_a_figure_comes_before_its_code(scripts, visit):
    options = {"java_script_enabled": scripts}
    wide = visit("book/05-visualization", **options).page.locator(".draws")
    narrow = visit("book/05-visualization", **PHONE, **options).page
    narrow = narrow.locator(".draws")
    assert wide.count() == narrow.count() > 1
    for cell in wide.all():
        expect(cell.locator("pre")).to_be_visible()
        expect(cell.locator("summary")).to_be_hidden()
    for cell in narrow.all():
        expect(cell.locator("pre")).to_be_hidden()
        expect(cell.locator("img")).to_be_visible()
    cell.locator("summary").press("Enter")
    expect(cell.locator("pre")).to_be_visible()


def test_what_is_copied_on_a_phone_is_the_code_of_the_notebook(visit):
    page = visit(CHAPTER, **PHONE, permissions=["clipboard-read"]).page
    cell = page.locator(".cell:has(.long):not(:has(details))").first
    cell.get_by_role("button", name="Copy").tap()
    expect(page.locator("#said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in {
        one.source for one in CELLS[CHAPTER] if one.cell_type == "code"
    }


@pytest.mark.parametrize("page", ["book/teaching", "book/07-gradients"])
def test_a_table_or_equation_on_a_phone_shows_that_there_is_more(page, visit):
    shown = visit(page, **PHONE).page
    edges, cells = (
        shown.evaluate("""['.pst-scrollable-table-container, div.math', 'td, th, tr']
      .map(chosen => [...document.querySelectorAll(chosen)].map(getComputedStyle))
      .map((styles, n) => styles.map(one => n ? one.backgroundColor : one.backgroundAttachment))""")
    )
    assert set(edges) == {"local, local, scroll, scroll"}
    nothing_in({colour for colour in cells if not colour.startswith("rgba")})


@pytest.mark.parametrize("ratio", [1.25, 1.5, 2])
def test_a_box_with_no_more_to_show_has_no_shadow(ratio, visit):
    options = {"device_scale_factor": ratio, "color_scheme": "dark"}
    seen = visit("book/11-classification", **options)
    seen.read_to_the_end()  # or a picture that comes late moves what is looked at
    equations, code = map(seen.page.locator, ("div.math", "pre"))
    looked_at = 0
    for shown in [*equations.all(), *code.all()[:20]]:
        wide = shown.evaluate("box => box.scrollWidth > box.clientWidth")
        if wide or not shown.is_visible():
            continue
        looked_at += 1
        as_it_is = pixels(shown)
        shown.evaluate(
            "box => box.style.backgroundSize = 'auto, auto, 0 0, 0 0'"
        )
        less = np.abs(as_it_is - pixels(shown)).max()
        assert less <= 5, shown.inner_text()
    assert looked_at > 20


def test_the_front_page_is_short_on_a_phone_and_has_no_hole(visit):
    page = visit(IN_ORDER[0], **PHONE).page
    asks = page.get_by_role("heading", name="Is it for you?")
    cards = page.locator(".chapter-cards > ul > li")
    assert box(asks)[3] < box(cards.first)[1]
    for card in cards.all():
        left, top, right, bottom = box(card)
        assert bottom - top < 130
    for width in (1440, 1280, 768):
        cards = visit(IN_ORDER[0], width).page.locator(
            ".chapter-cards li:has(img), .chapter-cards > ul > li:last-child"
        )
        ends = [box(card)[2] for card in cards.all()]
        assert abs(ends[-1] - max(ends)) < 1, f"a hole at {width} pixels"


def test_the_folds_at_the_head_are_one_box(visit):
    page = visit(CHAPTERS[-1]).page
    folds = [
        box(page.locator(f".cell.tag_{tag}").first)
        for tag in ("hide-input", "setup", "recap")
    ]
    for above, below in zip(folds, folds[1:]):
        assert -2 < below[1] - above[3] < 1


def test_the_search_page_says_where_to_start_until_it_finds(visit):
    page = visit("search").page
    start = page.locator(".search-start")
    assert start.get_by_role("listitem").count() == len(CHAPTERS)
    page.locator(".bd-search-container input").fill("tape")
    expect(page.locator(".search-hits a").first).to_be_visible()
    expect(start).to_be_hidden()


def test_the_glossary_keeps_a_chapter_and_its_number_together(visit):
    page = visit("book/glossary", **PHONE).page
    rows = page.evaluate(
        "[...document.querySelectorAll('dl.glossary dd a')].map(a => a.getClientRects().length)"
    )
    assert set(rows) == {1}


def test_a_folded_output_opens_with_keys_and_without_scripts(visit):
    for scripts in (True, False):
        page = visit(CHAPTER, java_script_enabled=scripts).page
        summary = page.locator(
            "summary", has_text=re.compile("^Show output$")
        ).first
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
