"""Notebooks as other editors, and accidents, leave them: the bytes of each,
and what is said of it."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def stored(change=lambda data: None):
    """The JSON of a small notebook, after a change."""
    cells = [
        new_markdown_cell("# One", id="one"),
        new_code_cell("1", id="two"),
    ]
    data = json.loads(nbformat.writes(new_notebook(cells=cells)))
    change(data)
    return json.dumps(data).encode()


def by_colab(data):
    data["nbformat_minor"] = 0
    for cell, id in zip(data["cells"], ("AbC", "not valid")):
        cell["metadata"]["id"] = id
        del cell["id"]


def third(data):
    code = {"cell_type": "code", "input": "1", "language": "python"}
    cells = [code | {"metadata": {}, "outputs": []}] * 2
    data |= {"nbformat": 3, "nbformat_minor": 0}
    data["worksheets"] = [{"cells": cells, "metadata": {}}]
    del data["cells"]


OTHER_FORMS = {  # the file, what is said of it, the ids that it gets
    "of Colab": (stored(by_colab), "nbformat 4.0", ["AbC", "cell-2"]),
    "of nbformat 3": (stored(third), "nbformat 3.0", ["cell-1", "cell-2"]),
    "of nbformat 4.6": (
        stored(lambda data: data.update(nbformat_minor=6)),
        "nbformat 4.6",
        ["one", "two"],
    ),
    "an id twice": (
        stored(lambda data: data["cells"][1].update(id="one")),
        "cell 2 has no valid id",
        ["one", "cell-2"],
    ),
    "no id": (
        stored(lambda data: data["cells"][0].pop("id")),
        "cell 1 has no valid id",
        ["cell-1", "two"],
    ),
    "byte-order mark": (
        b"\xef\xbb\xbf" + stored(),
        "byte-order mark",
        ["one", "two"],
    ),
    "carriage returns": (
        stored(lambda data: data["cells"][0].update(source="# A\r\n\r\nB")),
        "carriage return",
        ["one", "two"],
    ),
}
NO_NOTEBOOKS = {
    "empty": (b"", "is empty: take back"),
    "UTF-16": (stored().decode().encode("utf-16"), "not UTF-8: save it"),
    "Latin-1": ('{"cells": "é"}'.encode("latin-1"), "not UTF-8: save it"),
    "merge": (
        b'{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> b\n}',
        "line 2 is the mark of a merge, <<<<<<< HEAD: choose",
    ),
    "torn": (b'{"cells": [', "not a notebook: Expecting value: line 1"),
    "list": (b"[]", "not a notebook, but other JSON"),
    "object": (b'{"a": 1}', "not a notebook, but other JSON"),
    "nbformat 5": (b'{"nbformat": 5, "cells": []}', "save it as 4.5"),
    "no list of cells": (b'{"nbformat": 4, "cells": 1}', "mend it, or"),
    "another kind of cell": (
        stored(lambda data: data["cells"][1].update(cell_type="slide")),
        "cell 2 is no cell of a notebook",
    ),
    "control character": (
        stored(lambda data: data["cells"][0].update(source="\f")),
        r"cell one has the control character '\x0c' in its source",
    ),
}
