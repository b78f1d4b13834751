"""Re-executes notebooks in place and stores their outputs in one normal form.

    python tools/refresh.py [book/01-data.ipynb ...]        all of book/ by default

Running it twice gives the same bytes. A notebook that fails stays as it was.
"""

import asyncio
import base64
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",  # the stored numbers are those of a CPU
    "MATPLOTLIBRC": os.devnull,  # figures follow the notebook, not someone's settings
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


class Failure(Exception):
    """Why a notebook was not refreshed, in a few words."""


def read(path):
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise Failure(error.strerror) from None
    except Exception as error:  # nbformat has one of its own for each way to be wrong
        raise Failure(f"not a notebook: {str(error).splitlines()[0]}") from None
    return notebook


async def execute(notebook):
    """Run all cells in a new kernel, in an empty folder: a notebook stands alone."""
    started = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        work.mkdir()
        environment = os.environ | ENVIRONMENT | {"IPYTHONDIR": f"{folder}/ipython"}  # no start-up files
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=600,
            record_timing=False,
            store_widget_state=False,
            on_cell_execute=lambda cell, cell_index: started.append(cell),
            # What TensorFlow's C++ side logs, with time stamps, stays out of the notebook;
            # what Python writes to stderr does not.
            extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        )
        try:
            await client.async_execute(cwd=str(work), env=environment, stderr=subprocess.DEVNULL)
        except (CellControlSignal, DeadKernelError) as error:
            reason = f"{error.ename}: {error.evalue}" if hasattr(error, "ename") else str(error)
            raise Failure(f"cell {started[-1].id}: {reason}") from None


def normalise(notebook):
    """Keep nothing that another run, or another Python, would write differently."""
    notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # JupyterLab's timings
        if cell.cell_type == "code":
            cell.outputs = list(merge_streams(cell))
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = own_frames(output.traceback)


def merge_streams(cell):
    """Join what arrived in pieces, and refuse warnings: on the page they would only puzzle."""
    last = None
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise Failure(f"cell {cell.id} writes to stderr: {output.text.strip()}")
        if last and last.output_type == output.output_type == "stream":
            last.text += output.text
        else:
            last = output
            yield output


def own_frames(traceback):
    """Leave out the frames of libraries, which show where these lie on this machine.

    And the colours: they differ from one Python to the next, and the site makes its own.
    """
    plain = [re.sub(r"\x1b\[[\d;]*m", "", frame) for frame in traceback]
    return [frame for frame in plain if not frame.lstrip().startswith(("File ", "[... skipping"))]


async def refresh(path, turn):
    """Refresh one notebook when its turn comes; say how it went, and return whether well."""
    async with turn:
        start = time.monotonic()
        try:
            notebook = read(path)
            await execute(notebook)
            normalise(notebook)
        except Failure as failure:
            print(f"{path}: {failure}", file=sys.stderr, flush=True)
            return False
        text = nbformat.writes(notebook) + "\n"
        changed = text != path.read_text(encoding="utf-8")
        if changed:
            new = path.with_suffix(".new")
            new.write_text(text, encoding="utf-8", newline="\n")
            new.replace(path)  # at once: an interruption leaves the old file or the new one
        print(f"{path}: {'refreshed' if changed else 'unchanged'}, {time.monotonic() - start:.0f} s", flush=True)
        return True


def store_front_figure():
    """The front page shows a figure of chapter 5, copied so that GitHub shows it too."""
    cells = nbformat.read("book/05-visualization.ipynb", as_version=4).cells
    outputs = next(cell.outputs for cell in cells if cell.id == "plot-path")
    pictures = (output.data["image/png"] for output in outputs if "image/png" in output.get("data", {}))
    Path("book/front.png").write_bytes(base64.b64decode(next(pictures)))


async def main(names):
    paths = [Path(name) for name in names] or sorted(Path("book").glob("*.ipynb"))
    turn = asyncio.Semaphore(max(2, (os.cpu_count() or 1) // 2))
    done = await asyncio.gather(*(refresh(path, turn) for path in paths))
    store_front_figure()
    return all(done)


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(sys.argv[1:])))
