"""The site remembers what its footer says, and nothing else.

Which host a page asks is tested in test_visit.py: none but its own.
"""

import pytest
from checks import soup
from pages import IN_ORDER, PAGES


def test_nothing_is_stored_but_what_the_footer_says(visit, server):
    reader = visit(PAGES[0])
    page = reader.page
    page.get_by_role("button", name="Light, dark").click()
    for name in PAGES:
        reader.open(f"{server.url}{name}.html?q=loss")
        reader.read_to_the_end()

    state = page.context.storage_state(indexed_db=True)
    assert state["cookies"] == []
    [origin] = state["origins"]
    assert not origin.get("indexedDB")
    kept = {entry["name"] for entry in origin["localStorage"]}
    assert kept == {"mode"}
    assert page.evaluate("Object.keys(sessionStorage)") == []
    assert page.evaluate("caches.keys()") == []


@pytest.mark.parametrize("page", IN_ORDER)
def test_footer_says_it_and_names_the_licences(page, site):
    footer = soup(site / f"{page}.html").select_one(".bd-footer-content")
    assert "No tracking, no cookies." in footer.get_text()
    licences = [a["href"] for a in footer.select("a[rel=license]")]
    assert licences == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://www.apache.org/licenses/LICENSE-2.0",
    ]
