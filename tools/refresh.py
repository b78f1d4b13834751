"""Re-executes notebooks in place and stores their outputs in one normal form.

    python tools/refresh.py [book/01-data.ipynb ...]    all of book/ by default

Running it twice gives the same bytes, but for timings. A notebook that fails
stays as it was, and so does one that was saved meanwhile; the others go on.
"""

import asyncio
import base64
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path

import nbformat
import rjsmin
from alone import (
    CHANGES,
    DIED,
    EXITS,
    KERNEL_ARGUMENTS,
    alone,
    changes,
    exits,
)
from ipynb import METADATA, NotebookError, read, tidy, unshowable
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

sys.path.append(str(Path(__file__).resolve().parents[1] / "authoring"))
from carry import TEMPLATE, CarryError, before, carry  # noqa: E402

ROOT = Path(__file__).parent.parent
LAB = ROOT / "book/lab/training-lab.js"
SCRIPT = re.compile(r'(?<=^SCRIPT = ")[^"]*', re.MULTILINE)


class Failure(Exception):
    """Why a notebook was not refreshed, in a few words."""


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
            packed = base64.b64encode(zlib.compress(script.encode(), 9))
            cell.source = SCRIPT.sub(packed.decode(), cell.source)


class Client(NotebookClient):
    """Runs a notebook, and notes the cells that change an output."""

    changing = ()

    def process_message(self, message, cell, index):
        if changes(message):
            self.changing += (cell,)
        return super().process_message(message, cell, index)


async def execute(notebook):
    """Run all cells in a new kernel, in an empty folder."""
    started = []

    def end(cell, execute_reply, **_):
        if exits(execute_reply):
            raise Failure(f"cell {cell.id}: {EXITS}")
        if cell in client.changing:
            raise Failure(f"cell {cell.id}: {CHANGES}")

    client = Client(
        notebook,
        # of this environment, whatever kernels are installed elsewhere
        km=AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[])
        ),
        timeout=600,
        record_timing=False,
        store_widget_state=False,
        on_cell_execute=lambda cell, cell_index: started.append(cell),
        on_cell_executed=end,
        extra_arguments=KERNEL_ARGUMENTS,
    )
    with alone() as (work, environment):
        try:
            await client.async_execute(
                cwd=work,
                env=environment,
                stderr=subprocess.DEVNULL,
                cleanup_kc=True,
            )
        except DeadKernelError:
            raise Failure(f"cell {started[-1].id}: {DIED}") from None
        except CellControlSignal as error:
            reason = str(error)
            if hasattr(error, "ename"):
                reason = f"{error.ename}: {error.evalue}".rstrip(": ")
            raise Failure(f"cell {started[-1].id}: {reason}") from None


def normalise(notebook):
    """Keep nothing that another run, another Python or another editor writes
    differently.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = tidy(cell.metadata)
        if "hide-output" in cell.metadata.get("tags", ()):
            cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
        if cell.cell_type == "code":
            cell.outputs = list(merge_streams(cell))
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = own_frames(output.traceback)
    for problem in unshowable(notebook):
        raise Failure(problem)


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


def front_figure(notebook):
    """Return the front page's figure, out of the chapter that draws it."""
    cells = [cell for cell in notebook.cells if cell.id == "plot-path"]
    for output in (output for cell in cells for output in cell.outputs):
        if picture := output.get("data", {}).get("image/png"):
            return base64.b64decode(picture)
    raise Failure("no cell plot-path draws the front page's picture")


def writable(path):
    """Return the file that a path leads to, if it may be written."""
    target = path.resolve()
    if not os.access(target, os.W_OK) or not target.stat().st_mode & 0o222:
        raise Failure("is read-only: allow to write it, or leave it out")
    return target


def write(target, content):
    """Replace a file at once: never half of it."""
    new = target.with_name(f".{target.name}.new")
    try:
        new.write_bytes(content)
        shutil.copymode(target, new)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


async def renew(path):
    """Refresh one notebook; return what became of it."""
    notebook = read(path, mend=True)
    target = writable(path)
    before = target.read_bytes()
    fill(path, notebook)
    store_lab(notebook)
    await execute(notebook)
    normalise(notebook)
    content = (nbformat.writes(notebook) + "\n").encode()
    front = target == (ROOT / "book/05-visualization.ipynb").resolve()
    picture = front_figure(notebook) if front else None
    if target.read_bytes() != before:
        raise Failure("was saved meanwhile, so it is left alone: once more")
    if content != before:
        write(target, content)
    if front:
        (ROOT / "book/front.png").write_bytes(picture)
    return "unchanged" if content == before else "refreshed"


async def refresh(path, turn):
    """Refresh one notebook in its turn; return whether it went well."""
    async with turn:
        start = time.monotonic()
        try:
            verdict = await renew(path)
        except NotebookError as error:
            problem = str(error)
        except Failure as failure:
            problem = f"{path}: {failure}"
        except Exception as error:  # the others go on, whatever it is
            problem = f"{path}: {type(error).__name__}: {error}"
        else:
            seconds = time.monotonic() - start
            print(f"{path}: {verdict}, {seconds:.0f} s", flush=True)
            return True
        print(problem, file=sys.stderr, flush=True)
        return False


async def main(names):
    paths = [Path(name) for name in names]
    paths = paths or sorted((ROOT / "book").glob("*.ipynb"))
    once = {path.resolve(): path for path in paths}
    turn = asyncio.Semaphore(max(2, (os.cpu_count() or 1) // 2))
    done = await asyncio.gather(*(refresh(p, turn) for p in once.values()))
    return all(done)


if __name__ == "__main__":
    # a console of another code page may lack a character
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(not asyncio.run(main(sys.argv[1:])))
