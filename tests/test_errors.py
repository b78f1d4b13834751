"""Each entry of book/errors.md is what TensorFlow and Keras say today.

A title in code is a message: the entry's lines must raise, warn, log or print
it, with anything for "…". Any other title is a symptom that nothing tells of:
the entry's lines must show it with an assert, and be silent.
"""

import logging
import os
import re
import warnings
from pathlib import Path

import pytest

PAGE = Path("book/errors.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^### (.+)\n((?:(?!##).*\n)+)", PAGE, re.MULTILINE)
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def names():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np  # takes seconds, so not while tests are collected
    import tensorflow as tf

    return {"np": np, "tf": tf}


@pytest.fixture
def said_by(names, monkeypatch, tmp_path, caplog, capsys):
    """What a piece of code says, in whichever way, as one line."""
    monkeypatch.chdir(tmp_path)  # for what it saves
    for name in ("absl", "tensorflow"):
        handlers = [*logging.getLogger(name).handlers, caplog.handler]
        monkeypatch.setattr(logging.getLogger(name), "handlers", handlers)

    def said_by(code):
        error = ""
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", UserWarning)
            try:
                exec(code, dict(names))
            except AssertionError as failed:
                if not str(failed):  # else it is TensorFlow's
                    raise
                error = str(failed)
            except Exception as raised:
                error = str(raised)
        logged = [
            record.getMessage()
            for record in caplog.records
            if record.levelno >= logging.WARNING
        ]
        told = [str(warning.message) for warning in warned]
        told += [error, *logged, capsys.readouterr().out]
        return " ".join(" ".join(told).split())

    return said_by


@pytest.mark.parametrize(
    "title, text", ENTRIES, ids=[title for title, _ in ENTRIES]
)
def test_entry(title, text, said_by):
    (code,) = CODE.findall(text)
    assert ".ipynb#" in text, "it leads to no section"
    said = said_by(code)
    if message := re.fullmatch(r"(`+)(?!`) ?(.+?) ?\1", title):
        parts = map(re.escape, message[2].split("…"))
        if not re.search(".*".join(parts), said):
            pytest.fail(f"it says: {said}", pytrace=False)
    else:
        assert "assert" in code
        assert said == ""
