"""The lab in a real JupyterLab: moved there, and as a still picture."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from stored import CHAPTERS
from test_lab import turn_up_and_compare

SETTINGS = {
    # all cells are there at once, not only those in sight
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def end(server):
    """End a JupyterLab, also one that never answers.

    One did, ended while a kernel was starting, and the tests waited with it.
    """
    kernels = psutil.Process(server.pid).children(recursive=True)
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        for process in (*kernels, psutil.Process(server.pid)):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        server.wait()


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory, browser):
    """The address of a JupyterLab with chapter 4, trusted and not."""
    home = tmp_path_factory.mktemp("jupyter")
    for name, settings in SETTINGS.items():
        path = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    environment = os.environ | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    books = home / "books"
    books.mkdir()
    for name in ("trusted", "strange"):
        shutil.copy(CHAPTERS[0], books / f"{name}.ipynb")
    # one more space, or both would have one signature
    strange = books / "strange.ipynb"
    notebook = json.loads(strange.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"][-1] += " "
    strange.write_text(json.dumps(notebook), encoding="utf-8")
    python = [sys.executable, "-m"]
    trust = [*python, "jupyter", "trust", str(books / "trusted.ipynb")]
    subprocess.run(trust, env=environment, check=True, capture_output=True)
    port = free_port()
    options = [f"--ServerApp.port={port}", f"--ServerApp.root_dir={books}"]
    options += ["--no-browser", "--allow-root", "--IdentityProvider.token="]
    server = subprocess.Popen(
        [*python, "jupyter", "lab", *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urlopen(f"{url}/api").close()
                break
            except URLError:
                time.sleep(0.1)
        yield url
    finally:
        end(server)


@pytest.fixture
def notebook(jupyter, browser):
    contexts = []

    def notebook(name):
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(f"{jupyter}/lab/tree/{name}.ipynb?reset")
        page.locator(".jp-Notebook").wait_for()
        return page

    yield notebook
    for context in contexts:
        context.close()


def test_jupyterlab_shows_the_numbers_of_tensorflow(notebook, reference):
    page = notebook("trusted")
    lab = page.locator("training-lab")
    lab.locator("#lr").wait_for()
    url = page.url
    turn_up_and_compare(page, page.keyboard, reference)
    # neither a cell nor the address has moved
    cell = page.locator(".jp-Cell").filter(has=lab)
    assert "jp-mod-active" in cell.get_attribute("class")
    assert page.url == url
    lab.get_by_role("button", name="Present").click()
    lab.get_by_role("button", name="Leave").wait_for()
    box = lab.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, **page.viewport_size}
    page.keyboard.press("Escape")
    lab.get_by_role("button", name="Present").wait_for()
    assert "jp-mod-active" in cell.get_attribute("class")


def test_an_untrusted_notebook_shows_the_still_picture(notebook):
    page = notebook("strange")
    still = page.get_by_role("img", name="Over ellipses of equal loss")
    still.wait_for()
    assert page.locator("training-lab").count() == 0
    assert still.evaluate("image => image.naturalWidth > 100")
