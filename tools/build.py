"""Builds the site into _build/html, with warnings as errors.

Jupyter Book does the work. Added here is what it does not say, or says in a
page of traceback: which file is wrong, which page is in no part of the book,
which did not come out.
"""

import sys
from pathlib import Path

import yaml
from jupyter_book.cli.main import main as jupyter_book
from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

HTML = Path("_build/html").absolute()

# a console of another code page may lack a character
sys.stdout.reconfigure(errors="backslashreplace")

try:
    with open("_config.yml", encoding="utf-8") as config:
        yaml.safe_load(config)
    pages = set(parse_toc_yaml(Path("_toc.yml")))
except MalformedError as error:
    sys.exit(f"book: _toc.yml: {error}")
except (OSError, yaml.YAMLError) as error:  # these name the file, and the line
    sys.exit(f"book: {error}")

sources = [
    path
    for path in Path("book").glob("*.*")
    if path.suffix in (".ipynb", ".md")
]
if strays := [
    str(path)
    for path in sorted(sources)
    if path.with_suffix("").as_posix() not in pages
]:
    sys.exit(
        f"book: not in _toc.yml, so nobody would find it: {', '.join(strays)}"
    )

try:
    jupyter_book(
        ["build", "-q", "-W", "-n", "--keep-going", "."], standalone_mode=False
    )
except RuntimeError as error:  # Sphinx has told the cause by now
    sys.exit(str(error))

if absent := [
    page
    for page in sorted({"index", *pages})
    if not (HTML / f"{page}.html").is_file()
]:
    sys.exit(f"book: no HTML came out for {', '.join(absent)}")
print(HTML / "index.html")
