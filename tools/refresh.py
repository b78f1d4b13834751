"""Re-executes notebooks in place and stores their outputs in one normal form.

    python tools/refresh.py [book/01-data.ipynb ...]    all of book/ by default

Running it twice gives the same bytes. A notebook that fails stays as it was.
"""

import asyncio
import base64
import os
import re
import subprocess
import sys
import time
import zlib
from pathlib import Path

import nbformat
import rjsmin
from alone import alone
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

sys.path.append(str(Path(__file__).resolve().parents[1] / "authoring"))
from carry import TEMPLATE, CarryError, before, carry  # noqa: E402

LAB = Path("book/lab/training-lab.js")
SCRIPT = re.compile(r'(?<=^SCRIPT = ")[^"]*', re.MULTILINE)


class Failure(Exception):
    """Why a notebook was not refreshed, in a few words."""


def read(path):
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise Failure(error.strerror) from None
    except Exception as error:  # nbformat has one for each way to be wrong
        reason = str(error).splitlines()[0]
        raise Failure(f"not a notebook: {reason}") from None
    return notebook


def fill(path, notebook):
    """Write what the notebook repeats of the template and earlier chapters."""
    paths = before(path, Path("book").glob("*.ipynb"))
    chapters = [(path.name, read(path)) for path in paths]
    try:
        carry(notebook, chapters, lambda: read(TEMPLATE))
    except CarryError as error:
        raise Failure(str(error)) from None


def small_lab():
    """Return the training lab's script without comments and idle spaces."""

    def squeeze(style):
        return re.sub(r"\s*([{};,])\s*|(?<=:)\s+", r"\1", style[0])

    script = rjsmin.jsmin(LAB.read_text(encoding="utf-8"))
    script = re.sub(r"\((\w+)\)=>", r"\1=>", script)  # (v)=>… is v=>…
    return re.sub(r"(?<=STYLE=`)[^`]*", squeeze, script)


def carried_lab(source):
    """Return the script that a cell carries, or nothing readable."""
    try:
        packed = base64.b64decode(SCRIPT.search(source)[0])
        return zlib.decompress(packed).decode()
    except (TypeError, ValueError, zlib.error):
        return None


def store_lab(notebook):
    """Have the training lab's cell carry the script as it is now.

    What zlib makes of a text differs from one version to the next, so the
    line stays as it is as long as the text does.
    """
    for cell in notebook.cells:
        script = small_lab() if cell.get("id") == "training-lab" else None
        if script and carried_lab(cell.source) != script:
            if not SCRIPT.search(cell.source):
                raise Failure(f'cell {cell.id} has no line SCRIPT = "…"')
            packed = base64.b64encode(zlib.compress(script.encode(), 9))
            cell.source = SCRIPT.sub(packed.decode(), cell.source)


async def execute(notebook):
    """Run all cells in a new kernel, in an empty folder."""
    started = []
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        on_cell_execute=lambda cell, cell_index: started.append(cell),
        # What TensorFlow's C++ side logs, with time stamps, stays out of the
        # notebook; what Python writes to stderr does not.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    )
    with alone() as (work, environment):
        try:
            await client.async_execute(
                cwd=work, env=environment, stderr=subprocess.DEVNULL
            )
        except (CellControlSignal, DeadKernelError) as error:
            reason = str(error)
            if hasattr(error, "ename"):
                reason = f"{error.ename}: {error.evalue}"
            raise Failure(f"cell {started[-1].id}: {reason}") from None


def normalise(notebook):
    """Keep nothing that another run, or another Python, writes differently."""
    notebook.metadata.kernelspec = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # JupyterLab's timings
        if "hide-output" in cell.metadata.get("tags", ()):
            cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
        if cell.cell_type == "code":
            cell.outputs = list(merge_streams(cell))
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = own_frames(output.traceback)


def merge_streams(cell):
    """Join what arrived in pieces; refuse warnings, which would puzzle."""
    last = None
    for output in cell.outputs:
        if output.get("name") == "stderr":
            said = output.text.strip()
            raise Failure(f"cell {cell.id} writes to stderr: {said}")
        if last and last.output_type == output.output_type == "stream":
            last.text += output.text
        else:
            last = output
            yield output


def own_frames(traceback):
    """Drop the frames of libraries, which show where these lie on a machine.

    And the colours: they differ from one Python to the next, and the site
    makes its own.
    """
    plain = [re.sub(r"\x1b\[[\d;]*m", "", frame) for frame in traceback]
    foreign = ("File ", "[... skipping")
    return [text for text in plain if not text.lstrip().startswith(foreign)]


def store_front_figure(notebook):
    """Copy the front page's figure out of the chapter that draws it."""
    cell = next(cell for cell in notebook.cells if cell.id == "plot-path")
    picture = next(output.data["image/png"] for output in cell.outputs)
    Path("book/front.png").write_bytes(base64.b64decode(picture))


async def refresh(path, turn):
    """Refresh one notebook in its turn; return whether it went well."""
    async with turn:
        start = time.monotonic()
        try:
            notebook = read(path)
            fill(path, notebook)
            store_lab(notebook)
            await execute(notebook)
            normalise(notebook)
        except Failure as failure:
            print(f"{path}: {failure}", file=sys.stderr, flush=True)
            return False
        text = nbformat.writes(notebook) + "\n"
        verdict = "unchanged"
        if text != path.read_text(encoding="utf-8"):
            verdict = "refreshed"
            new = path.with_suffix(".new")
            new.write_text(text, encoding="utf-8", newline="\n")
            new.replace(path)  # at once: never half a file
        if path == Path("book/05-visualization.ipynb"):
            store_front_figure(notebook)
        seconds = time.monotonic() - start
        print(f"{path}: {verdict}, {seconds:.0f} s", flush=True)
        return True


async def main(names):
    paths = [Path(name) for name in names]
    paths = paths or sorted(Path("book").glob("*.ipynb"))
    turn = asyncio.Semaphore(max(2, (os.cpu_count() or 1) // 2))
    done = await asyncio.gather(*(refresh(path, turn) for path in paths))
    return all(done)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(sys.argv[1:])))
