"""The files: valid HTML, headings and texts in it, links that lead somewhere."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from checks import dead_links, invalid_html, nothing_in, soup
from pages import ADDRESS, CHAPTERS, IN_ORDER, PAGES, REPOSITORY

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
def test_chapter_says_where_it_stands(page, file):
    number = CHAPTERS.index(page) + 1
    text = soup(file).main.get_text(" ", strip=True).lower()
    assert f"chapter {number} of {len(CHAPTERS)}" in text


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
