"""Reads a notebook, whatever editor has saved it, and says what is wrong with
one, and the cure.

The book keeps its notebooks in one form: UTF-8, nbformat 4.5, an id for each
cell. `make refresh` brings others into it; all else reads that form only.
"""

import json
import re
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

import nbformat

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
MERGE = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
# XML, and so an ePub, can't hold it, or each home shows it differently.
CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
WIDGET = "application/vnd.jupyter.widget-view+json"
EARLIER = "take back the last version that was right, as from git"
# All notebooks have these metadata, and no others: an editor's traces go.
METADATA = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": []},
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
# Those of a cell that a home reads; of jupyter, what of it.
CELL_METADATA = {"cellView", "jupyter", "mystnb", "not_computed", "tags"}
JUPYTER = {"outputs_hidden", "source_hidden"}


class NotebookError(Exception):
    """Which notebook is wrong, how, and the cure."""


def read(path, mend=False):
    """Return a notebook that is in the book's form, or raise NotebookError.

    With `mend`, one that is in another form is brought into it; its outputs,
    which are to be computed, are left out.
    """
    try:
        content = Path(path).read_bytes()
        data = decode(content)
        notebook, others = convert(data, mend)
    except OSError as error:
        raise NotebookError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise NotebookError(f"{path}: {error}") from None
    if content.startswith(b"\xef\xbb\xbf"):
        others.insert(0, "begins with a byte-order mark")
    if others and not mend:
        raise NotebookError(f"{path}: {others[0]}: make refresh NB={path}")
    for problem in unshowable(notebook):
        raise NotebookError(f"{path}: {problem}")
    return notebook


def readable(paths):
    """Yield paths and notebooks, but for those that can't be read.

    Of these tests/test_notebooks.py, nbval and the build tell what is wrong.
    """
    for path in paths:
        with suppress(NotebookError):
            yield path, read(path)


def decode(content):
    """Return the JSON of a file, or raise ValueError."""
    if not content.strip():
        raise ValueError(f"is empty: {EARLIER}")
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise ValueError
    except ValueError:
        raise ValueError("is not UTF-8: save it in that encoding") from None
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        if mark := MERGE.search(text):
            line = text.count("\n", 0, mark.start()) + 1
            raise ValueError(
                f"line {line} is the mark of a merge, {mark[0]}: "
                "choose between the two versions"
            ) from None
        raise ValueError(f"not a notebook: {error}: {EARLIER}") from None
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise ValueError("not a notebook, but other JSON: name another file")
    return data


def convert(data, mend):
    """Return a notebook, and how it was not in form, or raise ValueError."""
    version = data["nbformat"], data.get("nbformat_minor", 0)
    if version[0] > 4:
        raise ValueError(f"is of nbformat {version[0]}: save it as 4.5")
    try:
        notebook = nbformat.reader.reads(json.dumps(data))
        notebook = nbformat.convert(notebook, 4)
        others = list(bring_into_form(notebook, version))
        if mend:
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
        nbformat.validate(notebook)
    except Exception as error:  # nbformat has one for each way to be wrong
        what = (str(error) or type(error).__name__).splitlines()[0][:200]
        place = re.search(r"\['cells'\]\[(\d+)\]", str(error))
        where = f"cell {int(place[1]) + 1} is no cell" if place else "is none"
        raise ValueError(
            f"{where} of a notebook, {what}: mend it, or {EARLIER}"
        ) from None
    return notebook, others


def bring_into_form(notebook, version):
    """Change the notebook to nbformat 4.5, and yield what was otherwise."""
    if version != (4, 5):
        yield "is of nbformat {}.{}, not 4.5".format(*version)
    notebook.nbformat_minor = 5
    old = [
        cell.get("id" if version >= (4, 5) else "")
        or cell.metadata.get("id")  # as Colab has it
        for cell in notebook.cells
    ]
    new = []
    for number, (cell, id) in enumerate(zip(notebook.cells, old), start=1):
        if not ID.fullmatch(str(id or "")) or id in new:
            free = (f"cell-{number}-{n}" for n in count(2))
            free = chain([f"cell-{number}"], free)
            id = next(one for one in free if one not in old + new)
        if id != cell.get("id") and version >= (4, 5):
            yield f"cell {number} has no valid id of its own"
        new.append(id)
        cell.id = id
        if "\r" in cell.source:
            yield f"cell {cell.id} has lines that end in a carriage return"
            cell.source = re.sub("\r\n?", "\n", cell.source)


def unshowable(notebook):
    """Yield which cell has what a page, or an ePub, can't show."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if WIDGET in output.get("data", {}):
                yield (
                    f"cell {cell.id} shows a widget, which is empty where no "
                    "kernel runs: print or draw what it says"
                )
        for part in ("source", "outputs"):
            for text in strings(cell.get(part, "")):
                if found := CONTROL.search(text):
                    yield (
                        f"cell {cell.id} has the control character "
                        f"{found[0]!r} in its {part}, which not every home "
                        "can show: leave it out, as with no colours and no "
                        "progress bar (verbose=2)"
                    )


def strings(value):
    """Yield all strings in a part of a notebook."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        for one in inner:
            yield from strings(one)


def tidy(metadata):
    """Return what of a cell's metadata a home reads."""
    kept = {key: metadata[key] for key in metadata if key in CELL_METADATA}
    if "jupyter" in kept:
        jupyter = kept.pop("jupyter")
        if jupyter := {k: jupyter[k] for k in jupyter if k in JUPYTER}:
            kept["jupyter"] = jupyter
    return nbformat.from_dict(kept)
