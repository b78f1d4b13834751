"""Builds the book with one of Sphinx's builders for downloads, with warnings
as errors: see book/_ext/offline.py.
"""

import shutil
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

DOWNLOADS = Path("_build/downloads")
NAME = "training-loops-line-by-line"


def build(builder):
    """Return the folder of what came out, or end the program."""
    folder = Path("_build/offline", builder)
    shutil.rmtree(folder, ignore_errors=True)
    if build_sphinx(
        ".",
        folder,
        path_config="_config.yml",
        noconfig=True,
        builder=builder,
        tags=["offline"],
        confoverrides={"latex_individualpages": False},
        quiet=True,
        warningiserror=True,
        keep_going=True,
    ):
        sys.exit(f"{builder}: the book could not be built")
    return folder


def pack(files):
    """Zip pairs of a name and its bytes; the same ones make the same zip."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            # by this one a reader knows an ePub, so it has to be readable
            entry.compress_type = (
                zipfile.ZIP_STORED
                if name == "mimetype"
                else zipfile.ZIP_DEFLATED
            )
            archive.writestr(entry, content)
    return packed.getvalue()


def save(name, content):
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    path = DOWNLOADS / name
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)  # at once: never half a file
    print(f"{path}: {len(content) / 1e6:.1f} MB")
