"""A reader moves the lab: on the pages, and in a frame as Colab's."""

import base64
import re
import struct
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from refresh import small_lab
from stored import CHAPTERS, stored_lab
from test_train import by_node

CHAPTER, ALL_CONTROLS = "04-tape-loop.html", "05-visualization.html"
LABS = ["index.html", *(f"{Path(path).stem}.html" for path in CHAPTERS)]
STATUS = "training-lab [role=status]"
# axe takes its time for all that is on a page
LEAVE_ALONE = """lab => {
  for (let one = lab; one !== document.body; one = one.parentElement)
    one.parentElement.replaceChildren(one);
}"""


def numbers(values):
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def page_of(folder, *labs):
    """A page with nothing but labs, given by their attributes."""
    elements = "".join(f"<training-lab {lab}></training-lab>" for lab in labs)
    path = folder / "page.html"
    path.write_text(
        f"<!DOCTYPE html><meta charset=utf-8>{elements}"
        f"<script>{small_lab()}</script><script>{small_lab()}</script>",
        encoding="utf-8",
    )
    return path.as_uri()


def lab_on(x, y, more=""):
    return f'x="{numbers(x)}" y="{numbers(y)}" {more}'


LINE = lab_on([-1, 0, 1, 2], [1, 2, 4, 5], "weight=4 bias=0 address")


def shown(page, what):
    return page.locator(f"training-lab {what}").locator("visible=true")


def table(page, columns=3):
    page.locator("summary", has_text="Numbers").click()
    page.locator("training-lab td").first.wait_for()
    cells = page.locator("training-lab td").all_text_contents()
    return np.array(cells, float).reshape(-1, columns)


def expected(reference, rate, epochs):
    rows = next(
        case["rows"]
        for case in reference["cases"]
        if case["learningRate"] == rate and case["batchSize"] == 201
    )
    return np.array(rows)[: epochs + 1]


def rows_of(reference, data):
    """The rows of all cases with those data, side by side."""
    cases = [case for case in reference["cases"] if case["data"] == data]
    return np.hstack([case["rows"] for case in cases])


def turn_up_and_compare(page, keyboard, reference):
    """Press the right arrow on the learning rate, and read the table."""
    rate = page.locator("#lr")
    assert rate.get_attribute("aria-valuetext") == "0.74"
    rate.focus()
    keyboard.press("ArrowRight")
    assert rate.get_attribute("aria-valuetext") == "0.745"
    rows = expected(reference, 0.745, 20)
    np.testing.assert_allclose(table(page), rows, rtol=1e-5, atol=1e-5)


def test_the_site_shows_the_numbers_of_tensorflow(pages, visit, reference):
    page = visit((pages / CHAPTER).as_uri())
    turn_up_and_compare(page, page.keyboard, reference)
    assert page.url.endswith("#lr=0.745")


def test_the_answer_on_the_front_page_holds(pages, visit):
    """It opens with a walk; a larger rate jumps over the cross."""
    url = (pages / "index.html").as_uri()
    for asks, jumps in (("#epochs=1", False), ("#epochs=1&lr=0.5", True)):
        said = visit(url + asks).locator(STATUS).text_content()
        after, best = map(float, re.findall(r"weight ([\d.]+)", said))
        assert said.startswith("After 1 epoch:")
        assert (after < best) == jumps


def test_the_ends_on_the_front_page_are_those_of_the_slider(pages, visit):
    page = visit((pages / "index.html").as_uri())
    rate = page.locator("#lr")
    for key, side in (("Home", "before"), ("End", "after")):
        rate.press(key)
        end = rate.get_attribute("aria-valuetext")
        told = rate.evaluate(
            "(one, side) => getComputedStyle(one.parentNode, side).content",
            f"::{side}",
        )
        assert told.strip('"').split()[-1] == end
    assert "diverges" in page.locator(STATUS).text_content()
    rate.evaluate("""one => {
      const limit = getComputedStyle(one.parentNode)
        .getPropertyValue("--limit");
      one.value = Math.floor(limit * one.max) - 1;
      one.dispatchEvent(new Event("input"));
    }""")
    assert "diverges" not in page.locator(STATUS).text_content()


@pytest.mark.parametrize("path", CHAPTERS)
def test_the_first_table_is_that_of_the_chapter(path, pages, visit, reference):
    page = visit((pages / f"{Path(path).stem}.html").as_uri())
    rows = rows_of(reference, Path(path).stem)
    found = table(page, columns=rows.shape[1])
    np.testing.assert_allclose(found, rows, rtol=1e-5, atol=1e-5)


def test_a_frame_from_nowhere_shows_them_too(visit, tmp_path, reference):
    frame = tmp_path / "colab.html"
    frame.write_text(
        "<!DOCTYPE html><iframe sandbox=allow-scripts width=800 height=1200"
        f' srcdoc="{escape(stored_lab(CHAPTERS[0]))}"></iframe>',
        encoding="utf-8",
    )
    page = visit(frame.as_uri())
    page.frame_locator("iframe").locator("#lr").wait_for()
    turn_up_and_compare(page.frames[1], page.keyboard, reference)
    assert page.frames[1].evaluate("origin") == "null"
    assert [*page.asked] == [frame.as_uri()]


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 375)])
@pytest.mark.parametrize("name", LABS)
def test_axe_finds_nothing(name, scheme, width, pages, visit, axe):
    page = visit((pages / name).as_uri(), width, color_scheme=scheme)
    if name != "index.html":
        for fold in shown(page, "summary").all():
            fold.click()
        page.get_by_role("button", name="Present").click()
    page.locator("training-lab").evaluate(LEAVE_ALONE)
    page.evaluate(axe)
    found = page.evaluate("axe.run('training-lab', {preload: false})")
    assert found["violations"] == [] and len(found["passes"]) > 10


def test_only_pages_with_a_lab_load_it_and_once(pages, visit):
    for name in ("index.html", CHAPTER, "03-loss.html"):
        page = visit((pages / name).as_uri())
        loaded = [url for url in page.asked if "training-lab" in url]
        assert len(loaded) == (name != "03-loss.html")
        assert all(url.startswith("file://") for url in page.asked)


@pytest.mark.parametrize("width", [1280, 700, 375])
@pytest.mark.parametrize("name", LABS)
def test_the_page_holds_still_and_is_wide_enough(name, width, pages, visit):
    url = (pages / name).as_uri()
    before, after = (
        visit(url, width, with_lab=shown).evaluate(
            """() => [
              document.querySelector("training-lab").offsetHeight,
              document.documentElement.scrollWidth
            ]"""
        )
        for shown in (False, True)
    )
    assert abs(before[0] - after[0]) <= 1
    assert before[1] == after[1] <= width


def test_without_scripts_a_picture_stands_still(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), java_script_enabled=False)
    still = page.get_by_role("img", name="Over ellipses of equal loss")
    assert still.is_visible()


def test_on_paper_nothing_is_left_to_press(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
    page.emulate_media(media="print")
    assert shown(page, "figure [role=img]").count() == 4
    assert shown(page, ":is(input, button, select)").count() == 0


# The address


def test_an_address_opens_a_case(pages, visit):
    asks = "#lr=0.2&epochs=7&batch=64&weight=1&bias=1&rule=Adam"
    page = visit((pages / CHAPTER).as_uri() + asks)
    shown = [
        page.locator(f"#{key}").get_attribute("aria-valuetext")
        for key in ("lr", "epochs", "batch", "weight", "bias")
    ]
    assert shown == ["0.2", "7", "64", "1", "1"]
    assert page.locator("#rule option:checked").text_content() == "Adam"
    assert page.locator("#rule").is_visible(), "for it was asked for"
    page.get_by_role("button", name="Reset").click()
    assert not page.locator("#rule").is_visible()
    assert "#" not in page.url


@pytest.mark.parametrize(
    "asks",
    [
        "lr=abc",
        "lr=",
        "lr=NaN",
        "lr=7",
        "epochs=1e9",
        "epochs=2.5",
        "batch=0",
        "weight=Infinity",
        "rule=toString",
        "lr=0.1&length=2",
        "lr=0.1&rule=%E0%A4%A",
        "lr=0.1&bias=<b>1",
        "lr=0.5&__proto__=1",
        "valueOf=3",
        "learnrate=0.3&epoch=7",
        "lr=0.2&lab=2",
        "epochs=7&lab=lab",
    ],
)
def test_a_bad_address_gives_the_defaults_and_says_so(asks, tmp_path, visit):
    page = visit(page_of(tmp_path, LINE) + "#" + asks)
    assert page.locator("#lr").get_attribute("aria-valuetext") == "0.1"
    said = page.locator(STATUS).text_content()
    assert said.startswith("The address asks for"), said


def test_an_anchor_stays_an_anchor(pages, visit):
    page = visit((pages / CHAPTER).as_uri() + "#take-one-step")
    assert "address" not in page.locator(STATUS).text_content()
    assert page.url.endswith("#take-one-step")
    assert page.evaluate("scrollY") > 1000


@pytest.mark.parametrize("anchor", ["constructor", "toString", "__proto__"])
def test_an_anchor_that_leads_nowhere_does_no_harm(anchor, pages, visit):
    page = visit((pages / CHAPTER).as_uri() + "#" + anchor)
    assert "address" not in page.locator(STATUS).text_content()
    assert page.locator("#lr").get_attribute("aria-valuetext") == "0.74"


def test_a_misspelt_name_is_told_the_right_ones(tmp_path, visit):
    page = visit(page_of(tmp_path, LINE) + "#learnrate=0.3")
    said = page.locator(STATUS).text_content()
    assert (
        "may set lr, epochs, batch, weight, bias, rule, compare, scale."
        in said
    )


def test_two_labs_do_not_fight(tmp_path, visit):
    url = page_of(tmp_path, LINE, LINE)
    page = visit(url)
    first, second = page.locator("training-lab").all()
    second.locator("#epochs").focus()
    page.keyboard.press("ArrowRight")
    assert page.url.endswith("#epochs=21&lab=2")
    again = visit(page.url)
    first, second = again.locator("training-lab #epochs").all()
    assert first.get_attribute("aria-valuetext") == "20"
    assert second.get_attribute("aria-valuetext") == "21"


# Odd data, and runs that fail

ODD = {
    "A line needs two points": lab_on([1], [1]),
    "All x are equal": lab_on([2, 2, 2], [1, 2, 3]),
    "too large for float32": lab_on([1e30, 2e30], [1e30, 3e30]),
    "Point 2 isn't finite": lab_on([1, float("nan")], [1, 2]),
    "Point 1 isn't finite": lab_on([1, 2], [float("inf"), 2]),
    "x has 2 numbers and y has 3": lab_on([1, 2], [1, 2, 3]),
    "not 0": lab_on([], []),
    "float32 numbers in base64": 'x="?" y="?"',
    "must be float32": "",
    "All x are": LINE + " scale=0",
    "learning-rate, second-rate, epochs, batch-size, start-weight, start-bias,"
    " rule, scale; not epoch": LINE + ' controls="learning-rate epoch"',
}


@pytest.mark.parametrize("says", ODD)
def test_odd_data_get_a_message(says, tmp_path, visit):
    page = visit(page_of(tmp_path, ODD[says]))
    assert says in page.locator(STATUS).text_content()


@pytest.mark.parametrize(
    "settings",
    [
        "lr=1 epochs=200",
        "lr=1 epochs=200 rule=Nesterov",
        "lr=1 epochs=3000 rule=momentum batch=1",
        "lr=1 epochs=200 race scale=10",
        "lr=abc epochs=",
    ],
)
def test_no_infinity_reaches_the_page(settings, tmp_path, visit):
    data = [
        ([-3, 0, 3], [0, 1, 7]),
        ([1e6, 1e6 + 1, 1e6 + 2], [5, 5, 5]),
        ([1e-20, 2e-20], [1e-20, 0]),
        ([0, 1], [0, 0]),
    ]
    labs = [lab_on(x, y, settings) for x, y in data]
    page = visit(page_of(tmp_path, *labs))
    for lab in page.locator("training-lab").all():
        lab.locator("#log").check()
        lab.locator("summary", has_text="Numbers").click()
        html = lab.evaluate("lab => lab.shadowRoot.innerHTML")
        assert not re.search("NaN|Infinity|undefined|null", html)
        assert "After" in lab.locator("[role=status]").text_content()


def test_divergence_is_said(pages, visit):
    page = visit((pages / CHAPTER).as_uri() + "#lr=0.8")
    said = "The run diverges: after epoch 5 its loss is more than twice"
    assert page.locator(STATUS).text_content().startswith(said)
    picture = page.locator("training-lab figure [role=img]").first
    assert said in picture.get_attribute("aria-label")


def test_a_run_that_recovers_is_not_said_to_diverge(pages, visit):
    asks = "#rule=Adam&lr=1&epochs=100&weight=3&bias=2"
    page = visit((pages / CHAPTER).as_uri() + asks)
    said = page.locator(STATUS).text_content()
    assert "more than twice the first" in said and "diverges" not in said


def test_labels_have_the_colours_of_their_lines(pages, visit):
    """Also where colours are forced: what is blue there, and what green?"""
    for forced in ("none", "active"):
        page = visit((pages / ALL_CONTROLS).as_uri(), forced_colors=forced)
        for name, channel in (("weight", 2), ("bias", 1)):
            label = page.locator("training-lab .name", has_text=name)
            with Image.open(BytesIO(label.screenshot())) as picture:
                pixels = np.array(picture.convert("RGB"), int).reshape(-1, 3)
            colour = pixels[np.argmax(np.ptp(pixels, axis=1))]
            assert np.argmax(colour) == channel and np.ptp(colour) > 50


# The start, and play


def start_of(page):
    return page.locator("#start").get_attribute("aria-label").partition(";")[0]


def test_the_start_can_be_dragged(pages, visit):
    page = visit((pages / ALL_CONTROLS).as_uri())
    start = page.locator("#start")
    start.scroll_into_view_if_needed()
    box = start.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 50, y - 30, steps=3)
    page.mouse.up()
    assert start_of(page) not in ("", "Start: weight 5, bias 0")
    moved = start.bounding_box()
    assert abs(moved["x"] - box["x"] + 50) < 3
    assert abs(moved["y"] - box["y"] + 30) < 3
    assert "weight=" in page.url and "bias=" in page.url


def test_the_start_can_be_moved_with_the_keys(pages, visit):
    page = visit((pages / ALL_CONTROLS).as_uri())
    page.locator("#start").focus()
    before = page.evaluate("scrollY")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    assert start_of(page) == "Start: weight 4.9, bias 0.05"
    assert page.evaluate("scrollY") == before


def test_the_start_can_be_dragged_by_touch(pages, visit):
    page = visit((pages / ALL_CONTROLS).as_uri(), has_touch=True)
    start = page.locator("#start")
    start.scroll_into_view_if_needed()
    box = start.bounding_box()
    point = {"x": box["x"] + 20, "y": box["y"] + 20}
    tools = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [point]),
        ("touchMove", [{"x": point["x"] - 40, "y": point["y"] - 40}]),
        ("touchEnd", []),
    ):
        event = {"type": kind, "touchPoints": points}
        tools.send("Input.dispatchTouchEvent", event)
    expect(page).to_have_url(re.compile("#weight="))
    assert start_of(page) != "Start: weight 5, bias 0"


def epoch(number):
    return re.compile(f"^After {number} epochs?: weight")


def test_play_says_what_it_draws(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
    status = page.locator(STATUS)
    page.get_by_role("button", name="Play").click()
    expect(status).to_have_text(epoch("[1-9]"))
    page.get_by_role("button", name="Pause").click()
    said = status.text_content()
    page.get_by_role("button", name="epoch, forward").click()
    reached = int(re.search(r"\d+", said)[0])
    expect(status).to_have_text(epoch(reached + 1))
    page.locator("#epoch").press("Home")
    expect(status).to_have_text(epoch(0))
    page.get_by_role("button", name="epoch, forward").click()
    page.get_by_role("button", name="epoch, back").click()
    expect(status).to_have_text(epoch(0))


def test_play_goes_a_step_at_a_time_for_whom_motion_is_unwanted(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), reduced_motion="reduce")
    for number in (0, 1, 2):
        page.get_by_role("button", name="Play").click()
        expect(page.locator(STATUS)).to_have_text(epoch(number))


# What the page chooses, what a finger can hit, and what a hall can read


@pytest.mark.parametrize(
    "name, labels, buttons",
    [
        ("index.html", ["learning rate"], ["−", "+", "Play"]),
        (CHAPTER, ["learning rate", "epoch", "epochs", " log axis"], None),
    ],
)
def test_a_page_chooses_the_controls(name, labels, buttons, pages, visit):
    page = visit((pages / name).as_uri())
    assert shown(page, "label").all_text_contents() == labels
    found = shown(page, "button").all_text_contents()
    assert buttons in (None, found) and "Compare" not in found
    assert not page.locator("#start").is_visible()


def test_a_finger_hits_every_control_and_sets_each_rate(pages, visit):
    url = (pages / ALL_CONTROLS).as_uri() + "#lr=0.74"
    page = visit(url, 375, has_touch=True, is_mobile=True)
    names = "button, select, summary, [type=range], figcaption label"
    for fold in ("More controls", "More pictures"):
        page.locator("summary", has_text=fold).tap()
    targets = shown(page, f":is({names})").all()
    assert len(targets) == 28
    for box in [target.bounding_box() for target in targets]:
        assert box["height"] >= 39.5 and box["width"] >= 40, box
    page.get_by_role("button", name="learning rate, more").tap()
    assert page.locator("#lr").get_attribute("aria-valuetext") == "0.745"
    assert page.url.endswith("#lr=0.745")


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_phone_shows_path_rate_and_play_at_once(path, pages, visit):
    url = (pages / f"{Path(path).stem}.html").as_uri()
    page = visit(url, 375, has_touch=True, is_mobile=True)
    page.set_viewport_size({"width": 375, "height": 667})
    lab = page.locator("training-lab")
    assert lab.evaluate("lab => lab.offsetHeight") <= 700
    lab.evaluate("lab => lab.scrollIntoView()")
    picture, *rest = shown(page, "figure [role=img]").all()
    assert rest == []
    play = page.get_by_role("button", name="Play")
    boxes = [
        one.bounding_box() for one in (picture, page.locator("#lr"), play)
    ]
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    top, bottom = boxes[0]["y"], boxes[2]["y"] + boxes[2]["height"]
    assert bottom - top <= 400
    play.tap()
    page.get_by_role("button", name="Pause").tap()
    page.locator("summary", has_text="More pictures").tap()
    assert shown(page, "figure [role=img]").count() in (2, 4)


def test_a_phone_compares_in_one_picture(pages, visit):
    url = (pages / ALL_CONTROLS).as_uri() + "#lr=0.1&compare=0.7"
    page = visit(url, 375, has_touch=True, is_mobile=True)
    assert shown(page, "figure [role=img]").count() == 1
    names = page.locator("#legend b")
    assert names.all_text_contents() == ["rate 0.1", "rate 0.7"]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert names.count() == 0  # a picture each
    heads = shown(page, "figcaption span")
    expect(heads.first).to_have_text("Path at rate 0.1")
    assert heads.count() == 4


def test_what_is_told_of_a_rate_has_its_colour(pages, visit):
    page = visit((pages / ALL_CONTROLS).as_uri() + "#lr=0.1&compare=0.8")
    colours = {
        kind: page.locator(f"{STATUS} .{kind}").evaluate_all(
            "all => [...new Set(all.map(one => getComputedStyle(one).color))]"
        )
        for kind in ("run", "other")
    }
    lines = page.locator("training-lab").evaluate("""lab => ["run", "other"]
      .map(kind => getComputedStyle(
        lab.shadowRoot.querySelector(`svg .${kind} path`)).stroke)""")
    assert [colours["run"], colours["other"]] == [[one] for one in lines]
    numbers = page.locator(f"{STATUS} span", has_text="weight").all()
    ink = page.locator(STATUS).evaluate("one => getComputedStyle(one).color")
    for number in numbers:
        colour = number.evaluate("one => getComputedStyle(one).color")
        assert colour == ink


HIDDEN = """lab => {
  const points = lab.shadowRoot.querySelector("path.data");
  const {a, d, e, f} = points.getScreenCTM();
  const all = [...points.getAttribute("d").matchAll(/M([-\\d.]+),([-\\d.]+)/g)]
    .map(([, x, y]) => [a * x + e, d * y + f]);
  const words = [...points.parentNode.querySelectorAll("text")];
  return [all.length, words.filter(text => {
    const box = text.getBoundingClientRect();
    return all.some(([x, y]) => x > box.left + 2 && x < box.right - 2
      && y > box.top + 4 && y < box.bottom - 4);
  }).map(text => text.textContent)];
}"""


@pytest.mark.parametrize("asks", ["", "#compare=0.74", "#lr=0.02&weight=1"])
def test_labels_of_lines_lie_on_no_point(asks, pages, visit):
    page = visit((pages / ALL_CONTROLS).as_uri() + asks)
    assert page.locator("training-lab").evaluate(HIDDEN) == [201, []]


def test_the_first_jumps_are_numbered(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
    path = page.locator("training-lab figure [role=img]").first
    for number in "123":
        assert path.locator(".name", has_text=number).count() == 1
    page.locator("#epoch").press("Home")
    assert path.locator(".name").all_text_contents() == ["start", "best"]


TYPE = """lab => [...lab.shadowRoot.querySelectorAll("*")]
  .filter(one => one.checkVisibility() && [...one.childNodes]
    .some(node => node.nodeType === 3 && node.data.trim()))
  .map(one => [one.textContent, parseFloat(getComputedStyle(one).fontSize)
    * (one.getScreenCTM?.().a ?? 1)])"""


@pytest.mark.parametrize(
    "name, asks, size, least",
    [
        (ALL_CONTROLS, "", (1920, 1080), 20),
        (ALL_CONTROLS, "#compare=0.7", (1920, 1080), 20),
        (ALL_CONTROLS, "", (1280, 720), 16),
        (ALL_CONTROLS, "", (1024, 768), 14),
        (CHAPTER, "#lr=0.8", (1024, 768), 14),
        (LABS[-1], "", (1024, 768), 14),
    ],
)
def test_a_hall_can_read_it(name, asks, size, least, pages, visit):
    """All pictures at once, in a type that is as large on the wall.

    A projector spreads 1024 pixels over the width of 1920, so that 14 of
    them are more than 20.
    """
    page = visit((pages / name).as_uri() + asks)
    page.set_viewport_size(dict(zip(("width", "height"), size)))
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Leave").wait_for()
    assert page.evaluate("document.fullscreenElement?.localName") == "html"
    small = [
        one
        for one in page.locator("training-lab").evaluate(TYPE)
        if one[1] < least
    ]
    assert small == []
    pictures = shown(page, "figure [role=img]").all()
    boxes = [one.bounding_box() for one in pictures]
    assert len(boxes) == (2 if name == LABS[-1] else 4)
    for box in boxes:
        assert 0 <= box["y"] and box["y"] + box["height"] <= size[1], box
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Present")).to_be_focused()


def test_a_frame_without_leave_to_fill_the_screen_is_filled(tmp_path, visit):
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<!DOCTYPE html><iframe sandbox=allow-scripts width=800 height=900"
        f' srcdoc="{escape(stored_lab(CHAPTERS[1]))}"></iframe>',
        encoding="utf-8",
    )
    page = visit(frame.as_uri())
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="Present").click()
    dialog = inside.get_by_role("dialog")
    assert dialog.bounding_box()["width"] == 800
    inside.get_by_role("button", name="Leave").press("Escape")
    expect(dialog).to_be_hidden()
    expect(inside.get_by_role("button", name="Present")).to_be_focused()


def test_two_rates_are_compared(pages, visit, reference):
    page = visit((pages / ALL_CONTROLS).as_uri() + "#lr=0.74")
    page.get_by_role("button", name="Compare").click()
    heads = shown(page, "figcaption span")
    paths = ["Path at rate 0.74", "Path at rate 0.105"]
    assert heads.all_text_contents()[:2] == paths
    assert page.url.endswith("compare=0.105")
    page.get_by_role("button", name="second rate, less").click()
    rows = table(page, columns=6)
    for half, rate in ((rows[:, :3], 0.74), (rows[:, 3:], 0.1)):
        wanted = expected(reference, rate, 20)
        np.testing.assert_allclose(half, wanted, rtol=1e-5, atol=1e-5)
    page.get_by_role("button", name="Compare").click()
    assert heads.first.text_content() == "Path over the loss"


def test_a_run_that_leaves_the_frame_ends_in_an_arrow(pages, visit):
    page = visit((pages / CHAPTER).as_uri() + "#lr=0.8&epochs=200")
    path = page.locator("training-lab figure [role=img]").first
    assert path.locator(".arrow").count() == 1
    assert path.locator("text", has_text="leaves in epoch 7").count() == 1
    assert "leaves in epoch 7" in path.get_attribute("aria-label")
    drawn = path.locator(".other path").first.get_attribute("d")
    assert drawn.count("L") == 7, "a line an epoch, and none after it"


CUT = """lab => [...lab.shadowRoot.querySelectorAll("svg svg, [role=img]")]
  .flatMap(svg => [...svg.querySelectorAll(":scope > text, :scope > g > text")]
    .filter(text => {
      const [a, b] = [text, svg].map(one => one.getBoundingClientRect());
      return a.left < b.left - 1 || a.right > b.right + 1
        || a.top < b.top - 1 || a.bottom > b.bottom + 1;
    }).map(text => text.textContent))"""


@pytest.mark.parametrize(
    "size, settings",
    [(1e-12, ""), (1, ""), (3e7, "")]
    + [(1, f"race scale=3 lr={rate}") for rate in (0.02, 0.05, 0.1, 0.5)]
    + [(1, f"scale={scale} controls=scale") for scale in (0.1, 0.5, 2, 10)],
)
def test_no_words_of_a_picture_are_cut(size, settings, tmp_path, visit):
    data = lab_on([-1, 0, 1, 2], [size * y for y in (1, 2, 4, 5)], settings)
    page = visit(page_of(tmp_path, data))
    for _ in range(2):
        assert page.locator("training-lab").evaluate(CUT) == []
        page.locator("#log").click()


CONTRAST = """(lab, names) => {
  const paint = document.createElement("canvas").getContext("2d",
    {willReadFrequently: true});
  const ground = getComputedStyle(document.body).backgroundColor;
  const page = /, 0\\)/.test(ground) ? "white" : ground;
  const light = (colour, opacity) => {
    for (const [shade, alpha] of [[page, 1], [colour, opacity]]) {
      paint.globalAlpha = alpha;
      paint.fillStyle = shade;
      paint.fillRect(0, 0, 1, 1);
    }
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0.05);
  };
  return Object.fromEntries(names.map(name => {
    const one = lab.shadowRoot.querySelector(`svg ${name}`);
    const {stroke, fill, opacity} = getComputedStyle(one);
    const pair = [light(one.localName === "text" ? fill : stroke, opacity),
      light(page, 1)].sort((a, b) => b - a);
    return [name, pair[0] / pair[1]];
  }));
}"""


ALL_DRAWN = [".bowl circle", "path.data", "path.soft", ".run path"]
ALL_DRAWN += [".other path", ".third path", ".ink path", ".name.begin"]
ALL_DRAWN += ["text.end"]


@pytest.mark.parametrize("scheme", ["light", "dark", "plain"])
def test_everything_drawn_stands_out(scheme, pages, tmp_path, visit):
    url = (pages / ALL_CONTROLS).as_uri() + "#lr=0.8"
    plain = scheme == "plain"
    url = page_of(tmp_path, LINE + " lr=0.9") if plain else url
    page = visit(url, color_scheme="dark" if scheme == "dark" else "light")
    found = page.locator("training-lab").evaluate(CONTRAST, ALL_DRAWN)
    for name, contrast in found.items():
        wanted = 3 if name in (".bowl circle", "path.data") else 4.5
        assert contrast >= wanted, (name, contrast)


# The scale of x, batches, and the race


def line_of(reference, more, data="line"):
    x, y = (reference["data"][data][name] for name in "xy")
    return x, lab_on(x, y, more)


SCALED = "scale=3 lr=0.02 epochs=50"


def test_x_is_scaled_as_tensorflow_scales_it(tmp_path, visit, reference):
    x, lab = line_of(reference, 'controls="scale" ' + SCALED)
    page = visit(page_of(tmp_path, lab))
    rows = rows_of(reference, "scaled")[:, :3]
    np.testing.assert_allclose(table(page), rows, rtol=1e-5, atol=1e-5)
    assert page.locator("text", has_text="3 x").count() == 1
    page.locator("#scale").press("Home")
    assert page.locator("#scale").get_attribute("aria-valuetext") == "0.1"
    page.get_by_role("button", name="Reset").click()
    again = np.array(page.locator("td").all_text_contents(), float)
    np.testing.assert_allclose(again, rows.ravel(), rtol=1e-5, atol=1e-5)


AXES = """lab => [...lab.shadowRoot.querySelectorAll(
  "figure:first-of-type .ink path:not(.arrow)[d*=L]")]
  .map(path => path.getAttribute("d").match(/[-\\d.]+/g).map(Number))"""


@pytest.mark.parametrize("data, scale", [("line", 3), ("hubble", 2)])
def test_curvatures_are_those_of_the_hessian(
    data, scale, tmp_path, visit, reference
):
    x, lab = line_of(reference, f"controls=scale scale={scale}", data)
    page = visit(page_of(tmp_path, lab))
    x = scale * np.array(x)
    hessian = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1]])
    curvatures, vectors = np.linalg.eigh(hessian)
    flat, steep = (f"{one:.4g}" for one in curvatures)
    said = page.locator(STATUS).text_content()
    limit = f"{2 / curvatures[1]:.4g}"
    assert f"Curvatures {steep} and {flat}: " in said
    assert f"stable below 2 / {steep} = {limit}, the mark." in said
    first = page.locator("figure").first
    for curvature in (flat, steep):
        name = first.get_by_text(f"curvature {curvature}", exact=True)
        assert name.count() == 1
    axes = page.locator("training-lab").evaluate(AXES)
    assert len(axes) == 2
    for (x0, y0, x1, y1), vector in zip(axes, vectors.T[::-1]):
        along = np.array([x1 - x0, y0 - y1]) / 60
        assert abs(along @ vector) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("rate, steady", [(0.0825, True), (0.083, False)])
def test_the_limit_that_is_told_holds(
    rate, steady, tmp_path, visit, reference
):
    settings = f"controls=scale scale=3 epochs=3000 lr={rate}"
    page = visit(page_of(tmp_path, line_of(reference, settings)[1]))
    said = page.locator(STATUS).text_content()
    assert "2 / 24.24 = 0.08251" in said
    assert ("diverges" not in said) == steady


def test_the_mark_stands_where_the_slider_is_at_the_limit(
    tmp_path, visit, reference
):
    settings = 'controls="learning-rate scale" scale=3 lr=0.0825'
    page = visit(page_of(tmp_path, line_of(reference, settings)[1]))
    rate = page.locator("#lr")
    part = rate.evaluate("one => one.value / one.max")
    mark = rate.evaluate("""one => getComputedStyle(one.parentNode)
      .getPropertyValue("--limit")""")
    assert float(mark) == pytest.approx(part, abs=1e-9)
    page.locator("#scale").press("ArrowRight")
    lower = page.locator("training-lab .set").first.get_attribute("style")
    assert float(lower.split(":")[1].strip(" ;")) < part


def test_no_curvature_where_no_scale_is_chosen(tmp_path, visit, reference):
    url = page_of(tmp_path, line_of(reference, "address")[1])
    page = visit(url)
    assert not page.locator("#scale").is_visible()
    assert "urvature" not in page.locator("training-lab").inner_text()
    page = visit(url + "#weight=40&scale=0.1")  # only then in the window
    assert page.locator("#scale").get_attribute("aria-valuetext") == "0.1"
    assert "Curvatures 2 and 0.02693" in page.locator(STATUS).text_content()
    assert start_of(page) == "Start: weight 40, bias 0"


def test_how_far_a_batch_wanders_is_told(
    tmp_path, visit, reference, node, script
):
    settings = 'controls="batch-size" batch=8 weight=4 bias=1'
    page = visit(page_of(tmp_path, line_of(reference, settings)[1]))
    case = {"data": "line", "rule": "gradient descent", "learningRate": 0.1}
    case |= {"batchSize": 8, "epochs": 20}
    data = {"line": reference["data"]["line"] | {"weight": 4, "bias": 1}}
    _, (run,) = by_node(node, script, {"data": data}, [case])
    best = np.polyfit(data["line"]["x"], data["line"]["y"], 1)
    for epoch in (20, 19):
        steps = run["path"][26 * epoch - 25 : 26 * epoch + 1]
        far = np.linalg.norm(steps - best, axis=1).mean()
        wanted = f"The 26 steps of epoch {epoch} end {far:.4g} from"
        assert wanted in page.locator(STATUS).text_content()
        page.get_by_role("button", name="epoch, back").click()
    page.locator("#batch").press("End")
    assert "steps" not in page.locator(STATUS).text_content()


RULES = ["gradient descent", "momentum", "Nesterov", "RMSprop", "Adam"]


def test_all_rules_race(tmp_path, visit, reference):
    x, lab = line_of(reference, 'race controls="learning-rate" ' + SCALED)
    page = visit(page_of(tmp_path, lab))
    rows = rows_of(reference, "scaled")
    found = table(page, columns=15)
    np.testing.assert_allclose(found, rows, rtol=1e-5, atol=1e-5)
    heads = page.locator("thead th").all_text_contents()
    assert heads[1::3] == [f"weight, {rule}" for rule in RULES]
    best = np.polyfit(3 * np.array(x), reference["data"]["line"]["y"], 1)
    for epoch in (50, 0, 1, 2):
        ends = rows[epoch].reshape(5, 3)[:, :2]
        far = np.linalg.norm(ends - best, axis=1)
        order = [f"{RULES[k]} {far[k]:.4g}" for k in np.argsort(far)]
        said = page.locator(STATUS).text_content()
        if epoch:
            nearest = order[0].rpartition(" ")[0]
            assert f"{nearest} is nearest to the lowest point" in said
            assert ", ".join(order[1:]) in said
        page.locator("#epoch").press("ArrowRight" if epoch < 2 else "Home")
    drawn = shown(page, "figure [role=img]")
    assert drawn.count() == 2
    page.locator("#epoch").press("End")
    assert page.locator("#legend b").all_text_contents() == RULES


def test_a_race_says_who_diverges_and_plays(tmp_path, visit, reference):
    settings = 'race controls="learning-rate scale" scale=3 lr=0.1'
    page = visit(page_of(tmp_path, line_of(reference, settings)[1]))
    status = page.locator(STATUS)
    expect(status).to_contain_text("What diverges: gradient descent, Nesterov")
    leaves = shown(page, "figure .leaves").all_text_contents()
    assert {words.partition(" leaves")[0] for words in leaves} == {
        "gradient descent",
        "Nesterov",
    }
    page.get_by_role("button", name="Play").click()
    expect(status).to_have_text(re.compile("^After [1-9] epochs?, "))
    page.get_by_role("button", name="Pause").click()
    assert "diverges" not in status.text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_rule_has_its_own_colour(scheme, tmp_path, visit, reference):
    settings = "race " + SCALED
    page = visit(page_of(tmp_path, line_of(reference, settings)[1]))
    ground = {"light": "#fff", "dark": "#16191d"}[scheme]
    ink = {"light": "#1d2126", "dark": "#dfe2e6"}[scheme]
    page.locator("body").evaluate(
        f"body => body.style = 'background: {ground}; color: {ink}'"
    )
    kinds = ["run", "other", "third", "fourth", "ink"]
    lab = page.locator("training-lab")
    found = lab.evaluate(CONTRAST, [f".{kind} path" for kind in kinds])
    assert min(found.values()) >= 4.5, found
    # the legend's lines are those of the pictures, and so are the names
    looks = lab.evaluate(
        """(lab, kinds) => kinds.map(kind => {
          const find = name => getComputedStyle(
            lab.shadowRoot.querySelector(name));
          const drawn = find(`figure .${kind} .rule`);
          const shown = find(`#legend .${kind} .rule`);
          return [[drawn.stroke, drawn.strokeDasharray],
            [shown.stroke, shown.strokeDasharray],
            find(`#legend .${kind} b`).color];
        })""",
        kinds,
    )
    for drawn, shown, word in looks:
        assert drawn == shown and word == drawn[0]
    colours, dashes = zip(*(drawn for drawn, _, _ in looks))
    assert len({*colours}) == 5
    # and three of them are told apart without their colours
    assert len({*dashes}) == 3
