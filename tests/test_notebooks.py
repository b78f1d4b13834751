"""What every stored notebook promises, where nbval does not look.

nbval passes a code cell that was never run, and compares what a machine left in an output
with what the same machine leaves there again.
"""

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted(Path("book").glob("*.ipynb"))

NOT_IN_AN_OUTPUT = {
    "a time stamp": re.compile(r"\b\d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
    "a path on a machine": re.compile(r"(?<![\w.:/<>])/[\w.-]+/[\w.-]+|\b[A-Z]:\\|site-packages|ipykernel"),
    "an object's address": re.compile(r"\b0x[0-9a-fA-F]{6,}"),
}
ENCODED = re.compile(r"[\w+/=]{60,}")  # a picture inside HTML


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def texts(output):
    """Everything in an output that a reader could read."""
    yield from (output.get(key, "") for key in ("text", "evalue"))
    yield from output.get("traceback", [])
    yield from (str(data) for kind, data in output.get("data", {}).items() if not kind.startswith("image/"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=str)
def test_every_cell_was_run_and_in_order(path):
    cells = [cell for cell in code_cells(path) if cell.source.strip()]
    for count, cell in enumerate(cells, start=1):
        assert cell.execution_count == count, f"{path}, cell {cell.id}: run as {cell.execution_count}, not {count}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=str)
def test_outputs_hold_nothing_of_the_machine(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.get("name") != "stderr", f"{path}, cell {cell.id}: stderr: {output.text}"
            for text in texts(output):
                for what, pattern in NOT_IN_AN_OUTPUT.items():
                    found = pattern.search(ENCODED.sub("", text))
                    assert not found, f"{path}, cell {cell.id}: {what}: {found[0]}"
