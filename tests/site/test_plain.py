"""The text is there without scripts, and on paper."""

import re

import pytest
from checks import nothing_in
from pages import CHAPTERS, IN_ORDER
from playwright.sync_api import expect

WORDS = re.compile(r"\w+")


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


@pytest.mark.parametrize("page", IN_ORDER[:2])
def test_prints_the_text_and_no_menus(page, visit):
    shown = visit(page).page
    shown.emulate_media(media="print")
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    for role in ("navigation", "search", "button"):
        for part in shown.get_by_role(role).all():
            expect(part).to_be_hidden()
