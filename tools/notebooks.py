"""Puts the notebooks of the book, as they are, into one zip."""

from pathlib import Path

from downloads import DOWNLOADS, NAME, write_zip

write_zip(
    DOWNLOADS / f"{NAME}-notebooks.zip",
    [
        (f"{NAME}/{path.name}", path.read_bytes())
        for path in sorted(Path("book").glob("*.ipynb"))
    ],
)
