"""Which pages the site has, by the sources."""

import re
from collections import Counter
from pathlib import Path

from ipynb import readable
from sphinx_external_toc.parsing import parse_toc_yaml

REPOSITORY = "https://github.com/ann/loops"
FOLDER = "/some/where/"  # of the host that serves the site
ADDRESS = f"https://ann.example{FOLDER}"

IN_ORDER = [*parse_toc_yaml(Path("_toc.yml"))]
PAGES = [*IN_ORDER, "search", "404"]
CELLS = {  # but for the training lab's, of which only what it shows is there
    path.with_suffix("").as_posix(): [
        cell
        for cell in notebook.cells
        if "lab" not in cell.metadata.get("tags", [])
    ]
    for path, notebook in readable(Path(f"{page}.ipynb") for page in IN_ORDER)
}
CHAPTERS = list(CELLS)


def words_of_its_own(cell_type):
    """For each chapter, the longest word that no other chapter has.

    Words of code may have underscores, as identifiers do; a link's target is
    not to be read.
    """
    word = r"\b[a-z_]{7,24}\b" if cell_type == "code" else r"\b[a-z]{7,24}\b"
    found = {
        page: re.findall(
            word,
            " ".join(
                re.sub(r"\]\(.*?\)", "]", c.source)
                for c in cells
                if c.cell_type == cell_type
            ),
        )
        for page, cells in CELLS.items()
    }
    chapters = Counter(word for words in found.values() for word in set(words))
    return {
        page: max((w for w in words if chapters[w] == 1), key=len)
        for page, words in found.items()
    }
