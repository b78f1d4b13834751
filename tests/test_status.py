"""The status page is what `make status` writes of one record."""

import re

import pytest
import status
from pages import PAGES

RECORD = {
    "date": "2026-01-31",
    "machine": {"cores": 2, "memory": "8 GiB", "system": "Linux, x86_64"},
    "python": "3.11.2",
    "chapters": {
        path.as_posix(): {"seconds": 4.6, "bytes": 650e6}
        for path in status.chapters()
    },
    "pages": {
        page: {
            "page": 101e3,
            "script": 15e3,
            "loaded": 1.2,
            "painted": 1.1,
            "shift": 0.0,
        }
        for page in PAGES
    },
}


def unmeasured(page):
    """The page without its date, machine and costs."""
    page = re.sub(r"run was on .*|Measured on .*", "", page)
    return re.sub(r"(?m)^(\| \[.*?\) \|).*", r"\1", page)


def test_page_is_up_to_date():
    page = status.PAGE.read_text(encoding="utf-8")
    written = unmeasured(status.render(RECORD))
    assert unmeasured(page) == written, "out of date: make status"


def test_page_shows_each_chapter_and_page_that_was_measured():
    page = status.render(RECORD)
    assert page.count("| 5 s | 650 MB |") == len(status.chapters())
    row = "| 101 kB | 15 kB | 1.2 s | 1.1 s | 0.000 |"
    assert page.count(row) == len(PAGES) - len(["search", "404"])
    with pytest.raises(KeyError, match="01-data"):
        status.render(RECORD | {"chapters": {}})
