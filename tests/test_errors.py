"""Each entry of book/errors.md is what TensorFlow and Keras say today.

A title all in code is a message, and so is each item in code below it: another
form of the same. For each there is a block of lines, in the same order, which
must raise, warn, log or print it from its first word on, the class, with
anything for "…". Any other title is a symptom that nothing tells of: the
entry's lines must show it with an assert, and be silent.
"""

import logging
import os
import re
import warnings
from pathlib import Path

import pytest

PAGE = Path("book/errors.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^### (.+)\n((?:(?!##).*\n)+)", PAGE, re.MULTILINE)
MESSAGE = re.compile(
    r"^(?:### |- )(`+)(?!`) ?((?:(?!\1).)+?) ?\1$", re.MULTILINE
)
BOLD = re.compile(r"\x1b\[\d*m")
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def names():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np  # takes seconds, so not while tests are collected
    import tensorflow as tf

    return {"np": np, "tf": tf}


@pytest.fixture
def said_by(names, monkeypatch, tmp_path, caplog, capsys):
    """What a piece of code says, in whichever way: each a line."""
    monkeypatch.chdir(tmp_path)  # for what it saves
    for name in ("absl", "tensorflow"):
        handlers = [*logging.getLogger(name).handlers, caplog.handler]
        monkeypatch.setattr(logging.getLogger(name), "handlers", handlers)

    def said_by(code):
        raised = []
        caplog.clear()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", UserWarning)
            try:
                exec(code, dict(names))
            except Exception as error:
                if isinstance(error, AssertionError) and not str(error):
                    raise  # else it is TensorFlow's
                raised = [f"{type(error).__name__}: {error}"]
        told = [f"{one.category.__name__}: {one.message}" for one in warned]
        logged = [
            f"{record.levelname}:{record.name}:{record.getMessage()}"
            for record in caplog.records
            if record.levelno >= logging.WARNING
        ]
        printed = capsys.readouterr().out
        said = [
            BOLD.sub("", one) for one in [*told, *raised, *logged, printed]
        ]
        return [" ".join(one.split()) for one in said if one.strip()]

    return said_by


@pytest.mark.parametrize(
    "title, text", ENTRIES, ids=[title for title, _ in ENTRIES]
)
def test_entry(title, text, said_by):
    codes = CODE.findall(text)
    messages = [
        message for _, message in MESSAGE.findall(f"### {title}\n{text}")
    ]
    assert ".ipynb#" in text, "it leads to no section"
    if messages:
        for message, code in zip(messages, codes, strict=True):
            pattern = ".*".join(map(re.escape, message.split("…")))
            said = said_by(code)
            if not any(re.match(pattern, one) for one in said):
                pytest.fail(f"it says: {said}", pytrace=False)
    else:
        (code,) = codes
        assert "assert" in code
        assert said_by(code) == []
