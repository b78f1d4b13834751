"""The status page says what the notebooks say, and one record gives one
page."""

import json
from pathlib import Path

import nbformat
import pytest
import status
from nbformat.v4 import new_code_cell, new_notebook


def code(source, *tags):
    return new_code_cell(source, metadata={"tags": tags})


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
        for page in ("book/index", "book/01-data", "404")
    },
}


def test_page_is_up_to_date():
    page = Path("book/status.md").read_text(encoding="utf-8")
    assert status.facts() in page, "out of date: make status"


def test_one_record_gives_the_same_bytes_twice():
    page = status.render(json.loads(json.dumps(RECORD)))
    assert page == status.render(json.loads(json.dumps(RECORD)))
    assert "| 5 s | 650 MB |" in page
    assert page.count("| 101 kB | 15 kB | 1.2 s | 1.1 s | 0.000 |") == 2


def test_a_chapter_that_was_not_measured_is_named():
    record = RECORD | {"chapters": {}}
    with pytest.raises(KeyError, match="01-data"):
        status.render(record)


def test_page_counts_what_holds_and_not_what_fails_on_purpose(tmp_path):
    path = tmp_path / "01-first.ipynb"
    cells = [
        code("check(1, 2)", "check"),
        code("check(1, 2, tolerance=0.02)", "check"),
        code("def check(a, b, tolerance=1e-3):\n    pass", "setup"),
        code("assert x\nnp.testing.assert_allclose(x, y, rtol=1e-5)"),
        code("tf.debugging.assert_near(x, y, rtol=1e-6)"),
        code("assert not x", "raises-exception"),
        code("x = 0", "exercise"),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    assert status.asserted(path) == (3, "1e-06, 1e-05", 1, "0.001, 0.02")
