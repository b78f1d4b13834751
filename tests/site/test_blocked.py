"""All works where the browser keeps nothing: cookies blocked, or storage off."""

import re

import pytest
from checks import nothing_in
from pages import CHAPTERS
from playwright.sync_api import expect

STORAGE = """for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {configurable: true, get() { %s }})"""
WAYS = {
    "blocked": "throw new DOMException('Access is denied.', 'SecurityError')",
    "off": "return null",
    "full": "return {getItem() {}, setItem() { throw new DOMException('Q') }}",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", [1280, 375])
def test_menus_search_and_light_switch_work(way, width, visit, server):
    seen = visit("about:blank", width, color_scheme="light")
    page = seen.page
    page.add_init_script(STORAGE % WAYS[way])
    seen.open(f"{server.url}{CHAPTERS[0]}.html")

    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    shades = set()
    for _ in range(3):
        page.get_by_role("button", name="Light, dark").click()
        shades.add(page.evaluate(background))
    assert len(shades) == 2 and light in shades

    page.get_by_role("button", name="Search").first.click()
    page.keyboard.type("tensor")
    expect(page.locator(".search-hits a").first).to_be_visible()
    page.keyboard.press("Escape")

    menu = page.get_by_role("link", name=re.compile("^2 · ")).first
    assert menu.is_visible() == (width > 1000)
    page.get_by_role("button", name="Chapters").click()
    expect(menu).to_be_visible(visible=width < 1000)  # it folds if it's wide
    nothing_in(seen.complaints)
