"""Puts the notebooks of the book, as they are, into one zip."""

from pathlib import Path

from downloads import NAME, pack, save

if __name__ == "__main__":
    notebooks = [
        (f"{NAME}/{path.name}", path.read_bytes())
        for path in sorted(Path("book").glob("*.ipynb"))
    ]
    save(f"{NAME}-notebooks.zip", pack(notebooks))
