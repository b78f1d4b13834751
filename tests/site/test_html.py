"""The files: valid HTML, headings and texts in it, links that lead somewhere."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from checks import dead_links, invalid_html, nothing_in, soup
from pages import ADDRESS, CELLS, CHAPTERS, IN_ORDER, PAGES, REPOSITORY

MINUTES = {
    page: int(re.search(r"Time\*\* (\d+)", CELLS[page][0].source)[1])
    for page in CHAPTERS
}
LIT = [  # of the diagram, in each chapter
    ["data"],
    ["model"],
    ["loss"],
    ["tape", "update", "again"],
    ["see what it did"],
    ["let Keras run it"],
    ["tape"],
    ["update"],
    ["data", "again"],
    ["update"],
    ["model", "loss"],
    ["loss", "again"],
    ["loss", "tape", "update", "again"],
]

every_page = pytest.mark.parametrize("page", PAGES)
every_chapter = pytest.mark.parametrize("page", CHAPTERS)


@pytest.fixture
def file(page, site):
    return site / f"{page}.html"


def test_html_is_valid(site, html_validate):
    files = [site / f"{page}.html" for page in ["index", *PAGES]]
    nothing_in(invalid_html(files, html_validate))


@every_page
def test_links_and_anchors_lead_somewhere(file, site):
    nothing_in(dead_links(file, site))


@every_page
def test_no_text_is_taken_for_a_list(file):
    """To Markdown, an answer that begins with "72. " is item 72 of a list."""
    assert not soup(file).select("ol[start]")


def test_the_first_address_leads_to_the_front_page(site):
    index = soup(site / "index.html")
    refresh = index.select_one("meta[http-equiv=refresh i]")["content"]
    assert refresh.partition("url=")[2] == f"{PAGES[0]}.html"


@every_chapter
def test_chapter_opens_in_colab_and_has_its_notebook(page, file, site):
    links = [a["href"] for a in soup(file).select("a[href]")]
    in_repository = REPOSITORY.replace(
        "https://github.com", "https://colab.research.google.com/github"
    )
    assert f"{in_repository}/blob/main/{page}.ipynb" in links
    notebooks = {
        (file.parent / link).resolve()
        for link in links
        if link.endswith(f"{page.rpartition('/')[2]}.ipynb")
        and "://" not in link
    }
    with open(f"{page}.ipynb", "rb") as source:
        committed = source.read()
    assert [path.read_bytes() == committed for path in notebooks] == [True]


@every_chapter
def test_a_chapters_head_says_number_and_minutes_once(page, file):
    number = CHAPTERS.index(page) + 1
    head = str(soup(file).main).partition('<div class="cell')[0]
    text = BeautifulSoup(head, "html.parser").get_text(" ", strip=True)
    assert text.count(f"{number} · ") == 1
    assert f"chapter {number} " not in text.lower()
    assert re.findall(r"\d+ min", text) == [f"{MINUTES[page]} min"]


@every_chapter
def test_a_chapters_head_has_its_part_of_the_loop_lit(page, file):
    [loop] = soup(file).select("svg.loop")
    lit = [group.get_text(" ") for group in loop.select(".lit")]
    assert lit == LIT[CHAPTERS.index(page)]
    assert loop["aria-label"].startswith("The training loop: data go")


def test_the_front_page_has_the_loop_whole(site):
    [loop] = soup(site / f"{PAGES[0]}.html").select("svg.loop")
    assert not loop.select(".lit")
    words = [text.get_text() for text in loop.select("text")]
    assert words == sum(LIT[:6], [])  # Part I goes through all of it


def test_the_front_page_has_a_card_for_each_chapter(site):
    *cards, last = soup(site / f"{PAGES[0]}.html").select(
        ".chapter-cards > ul > li"
    )
    assert last.get_text().startswith("In preparation") and not last.a
    assert len(cards) == len(CHAPTERS)
    for card, page in zip(cards, CHAPTERS):
        chapter = soup(site / f"{page}.html").main
        title = chapter.h1.find(string=True)
        goals = [goal.get_text() for goal in chapter.ul.select("li")]
        assert card.a.get_text() == title
        assert (site / "book" / card.a["href"]) == site / f"{page}.html"
        assert [goal.get_text() for goal in card.select("li")] == goals
        assert f"{MINUTES[page]} minutes" in card.get_text()
        assert card.img["loading"] == "lazy" and card.img["alt"]


def test_the_front_page_says_how_long_it_takes(site):
    text = soup(site / f"{PAGES[0]}.html").select_one(".pitch").get_text()
    word = re.search(r"(\w+) hours · Python and NumPy · free", text)[1]
    words = "No One Two Three Four Five Six Seven Eight Nine Ten".split()
    hours = words.index(word) if word in words else int(word)
    assert abs(60 * hours - sum(MINUTES.values())) <= 30


def test_the_front_page_leads_to_the_first_chapter(site):
    pitch = soup(site / f"{PAGES[0]}.html").select_one(".pitch")
    ways = {a.get_text(): a["href"] for a in pitch.select("a")}
    name = Path(CHAPTERS[0]).name
    colab = REPOSITORY.replace(
        "github.com", "colab.research.google.com/github"
    )
    assert ways == {
        "Start chapter 1": f"{name}.html",
        "Open in Colab": f"{colab}/blob/main/{CHAPTERS[0]}.ipynb",
    }


def test_the_teaching_guide_opens_with_a_table_of_the_chapters(site):
    table = soup(site / "book/teaching.html").main.table
    rows = [row.find_all("td") for row in table.tbody.select("tr")]
    links = [f"{Path(page).name}.html" for page in CHAPTERS]
    assert [cells[0].a["href"] for cells in rows[:-1]] == links
    minutes = [int(cells[1].get_text()) for cells in rows]
    assert minutes == [*MINUTES.values(), sum(MINUTES.values())]


@every_page
def test_page_has_one_viewport(file):
    assert len(soup(file).select("meta[name=viewport]")) == 1


@pytest.mark.parametrize("before, after", [*pairwise(IN_ORDER)])
def test_pages_follow_one_another(before, after, site):
    def follow(page, way):
        links = soup(site / f"{page}.html").select(way)
        return [
            (site / page).parent.joinpath(a["href"]).resolve() for a in links
        ]

    assert follow(before, "a:is([rel~=next], .right-next)") == [
        site / f"{after}.html"
    ]
    assert follow(after, "a:is([rel~=prev], .left-prev)") == [
        site / f"{before}.html"
    ]


@pytest.mark.parametrize("page", IN_ORDER)
def test_page_introduces_itself_to_other_sites(page, file, site):
    head = soup(file).head
    assert (
        head.select_one("link[rel=canonical]")["href"]
        == f"{ADDRESS}{page}.html"
    )
    assert 40 < len(head.select_one("meta[name=description]")["content"]) < 400
    for name in ("title", "description", "image", "image:alt"):
        assert head.select_one(f"meta[property='og:{name}']")["content"]
    own = head.select_one("meta[property='og:url']")["content"]
    assert own == f"{ADDRESS}{page}.html"
    picture = head.select_one("meta[property='og:image']")["content"]
    assert (site / picture.removeprefix(ADDRESS)).is_file()


def test_pages_differ_in_title_and_description(site):
    heads = [soup(site / f"{page}.html").head for page in IN_ORDER]
    titles = {head.title.get_text() for head in heads}
    descriptions = {
        head.select_one("meta[name=description]")["content"] for head in heads
    }
    assert len(titles) == len(descriptions) == len(IN_ORDER)


def test_sitemap_lists_the_pages(site):
    places = ElementTree.parse(site / "sitemap.xml").findall("{*}url/{*}loc")
    addresses = [f"{ADDRESS}{page}.html" for page in IN_ORDER]
    assert sorted(place.text for place in places) == sorted(addresses)
