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
from refresh import small_lab
from stored import CHAPTERS, stored_lab

CHAPTER = "04-tape-loop.html"
STATUS = "training-lab [role=status]"


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


def table(page):
    page.locator("summary", has_text="Numbers").click()
    cells = page.locator("training-lab td").all_text_contents()
    return np.array(cells, float).reshape(-1, 3)


def expected(reference, rate, epochs):
    rows = next(
        case["rows"]
        for case in reference["cases"]
        if case["learningRate"] == rate and case["batchSize"] == 201
    )
    return np.array(rows)[: epochs + 1]


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
    page = visit((pages / "index.html").as_uri() + "#lr=0.01")
    weight = table(page)[:, 0]
    best = 3.032  # as the status line says
    assert f"Best line: weight {best}" in page.locator(STATUS).text_content()
    assert 0 < (weight[0] - weight[20]) / (weight[0] - best) < 0.5


@pytest.mark.parametrize("path", CHAPTERS)
def test_the_first_table_is_that_of_the_chapter(path, pages, visit, reference):
    page = visit((pages / Path(path).with_suffix(".html").name).as_uri())
    rate = float(page.locator("#lr").get_attribute("aria-valuetext"))
    rows = expected(reference, rate, 20)
    np.testing.assert_allclose(table(page), rows, rtol=1e-5, atol=1e-5)


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
@pytest.mark.parametrize("name", ["index.html", CHAPTER])
def test_axe_finds_nothing(name, scheme, width, pages, visit, axe):
    page = visit((pages / name).as_uri(), width, color_scheme=scheme)
    page.locator("summary", has_text="Numbers").click()
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
def test_the_page_holds_still_and_is_wide_enough(width, pages, visit):
    url = (pages / "index.html").as_uri()
    before, after = (
        visit(url, width, with_lab=shown).evaluate(
            """() => [
              document.querySelector("training-lab").offsetHeight,
              document.documentElement.scrollWidth
            ]"""
        )
        for shown in (False, True)
    )
    assert before == after and after[1] <= width


def test_without_scripts_a_picture_stands_still(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), java_script_enabled=False)
    still = page.get_by_role("img", name="Over ellipses of equal loss")
    assert still.is_visible()


def test_on_paper_nothing_is_left_to_press(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
    page.emulate_media(media="print")
    pictures = page.locator("training-lab figure [role=img]").all()
    assert [one.is_visible() for one in pictures] == [True] * 4
    for control in page.locator("training-lab :is(input, button)").all():
        assert not control.is_visible()


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
    page.get_by_role("button", name="Reset").click()
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
    assert "may set lr, epochs, batch, weight, bias, rule." in said


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
        lab.locator("summary").click()
        html = lab.evaluate("lab => lab.shadowRoot.innerHTML")
        assert not re.search("NaN|Infinity|undefined|null", html)
        assert "loss" in lab.locator("[role=status]").text_content()


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


def test_the_legend_keeps_its_colours_where_colours_are_forced(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), forced_colors="active")
    legend = page.locator("training-lab figcaption", has_text="Weight and")
    with Image.open(BytesIO(legend.screenshot())) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=int)
    redder = pixels[..., 0] - pixels[..., 2]
    assert redder.min() < -60 and redder.max() > 60, "as the lines are"


# The start, and play


def start_of(page):
    return page.locator("#start").get_attribute("aria-label").partition(";")[0]


def test_the_start_can_be_dragged(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
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
    page = visit((pages / CHAPTER).as_uri())
    page.locator("#start").focus()
    before = page.evaluate("scrollY")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    assert start_of(page) == "Start: weight 4.9, bias 0.05"
    assert page.evaluate("scrollY") == before


def test_the_start_can_be_dragged_by_touch(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), has_touch=True)
    start = page.locator("#start")
    start.scroll_into_view_if_needed()
    box = start.bounding_box()
    point = {"x": box["x"] + 12, "y": box["y"] + 12}
    tools = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [point]),
        ("touchMove", [{"x": point["x"] - 40, "y": point["y"] - 40}]),
        ("touchEnd", []),
    ):
        event = {"type": kind, "touchPoints": points}
        tools.send("Input.dispatchTouchEvent", event)
    page.wait_for_function("location.hash.includes('weight=')")
    assert start_of(page) != "Start: weight 5, bias 0"


def test_play_steps_through_the_epochs(pages, visit):
    page = visit((pages / CHAPTER).as_uri())
    drawn = "document.querySelector('training-lab').shadowRoot"
    drawn += ".querySelectorAll('[role=img]')[2].innerHTML.length"
    whole = page.evaluate(drawn)
    button = page.get_by_role("button", name="Play")
    button.click()
    page.wait_for_function(f"{drawn} < {whole}")
    page.get_by_role("button", name="Stop").click()
    assert page.evaluate(drawn) == whole


def test_play_goes_a_step_at_a_time_for_whom_motion_is_unwanted(pages, visit):
    page = visit((pages / CHAPTER).as_uri(), reduced_motion="reduce")
    drawn = "document.querySelector('training-lab').shadowRoot"
    drawn += ".querySelectorAll('[role=img]')[2].innerHTML.length"
    whole = page.evaluate(drawn)
    button = page.get_by_role("button", name="Play")
    button.click()
    start = page.evaluate(drawn)
    button.click()
    assert start < page.evaluate(drawn) < whole
