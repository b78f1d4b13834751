"""The files around the book are what their readers, people and services,
take them for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rules import load
from sphinx_external_toc.parsing import parse_toc_yaml

FORMS = [
    path
    for path in sorted(Path(".github/ISSUE_TEMPLATE").glob("*.yml"))
    if path.stem != "config"
]
WORKFLOWS = sorted(Path(".github/workflows").glob("*.yml"))
CHAPTERS = [
    load(path)
    for page in parse_toc_yaml(Path("_toc.yml"))
    if (path := Path(f"{page}.ipynb")).exists()
]
TITLES = [
    notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    for notebook in CHAPTERS
]


@pytest.mark.parametrize(
    "schema, path",
    [
        ("citation-file-format", "CITATION.cff"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        *(("github-issue-forms", path) for path in FORMS),
        *(("github-workflows", path) for path in WORKFLOWS),
    ],
    ids=str,
)
def test_file_fits_its_schema(schema, path):
    command = f"check_jsonschema --builtin-schema vendor.{schema}".split()
    result = subprocess.run(
        [sys.executable, "-m", *command, path],
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_form_asks_for_chapter_cell_and_environment(form):
    body = yaml.safe_load(form.read_text(encoding="utf-8"))["body"]
    fields = {field["id"]: field["attributes"] for field in body}
    assert {"chapter", "cell"} <= fields.keys()
    assert ("environment" in fields) == (form.stem != "idea")
    options = fields["chapter"]["options"]
    assert options[:-1] == TITLES, f"{form} has other chapters than _toc.yml"


def test_citation_and_configuration_name_the_same_book():
    cited = yaml.safe_load(Path("CITATION.cff").read_text(encoding="utf-8"))
    config = yaml.safe_load(Path("_config.yml").read_text(encoding="utf-8"))
    for entry in (cited, cited["preferred-citation"]):
        assert entry["title"] == config["title"]
        assert entry["authors"] == [{"name": config["author"]}]
    assert str(cited["preferred-citation"]["year"]) in config["copyright"]


def test_binder_and_codespaces_take_a_python_that_fits():
    """Binder's own default is older than TensorFlow's packages allow."""
    fitting = re.findall(
        r"3\.\d+(?=\.\*)",
        Path("tools/find-python.sh").read_text(encoding="utf-8"),
    )
    binder = Path("runtime.txt").read_text(encoding="utf-8").strip()
    assert binder.removeprefix("python-") in fitting
    path = Path(".devcontainer/devcontainer.json")
    container = json.loads(path.read_text(encoding="utf-8"))
    assert container["image"].partition(":")[2] in fitting
    assert container["postCreateCommand"] == "make book"


def section(page, heading):
    """What stands below a heading, as far as the next one."""
    text = Path(page).read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    "notebook, title", list(zip(CHAPTERS, TITLES)), ids=TITLES
)
def test_teaching_guide_has_a_section_for_each_chapter(notebook, title):
    told = section("book/teaching.md", title)
    assert told, f"book/teaching.md has no section ## {title}"
    assert f"]({notebook.path.name})" in told


@pytest.mark.parametrize(
    "plan, minutes",
    [("one loop in 90 minutes", 90), ("Part I in half a day", 4 * 60 + 20)],
)
def test_plans_add_up(plan, minutes):
    told = section("book/teaching.md", f"Plan: {plan}")
    assert sum(map(int, re.findall(r"\*\*(\d+) min", told))) == minutes


def test_each_work_that_is_cited_is_in_the_references():
    doi = re.compile(r"https://doi\.org/([^)\s\"]+)")
    pages = [*Path("book").glob("*.ipynb"), *Path("book").glob("*.md")]
    cited = {
        found
        for page in pages
        for found in doi.findall(page.read_text(encoding="utf-8"))
    }
    listed = doi.findall(
        Path("book/references.md").read_text(encoding="utf-8")
    )
    assert len(listed) == len(set(listed))
    assert cited == set(listed)


def test_each_word_of_the_glossary_is_in_the_chapters_it_names():
    glossary = Path("book/glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S.*)\n  (.+)$", glossary, re.M)
    prose = {
        notebook.path.name: " ".join(
            cell.source.lower()
            for cell in notebook.cells
            if "recap" not in cell.metadata.get("tags", ())
        )
        for notebook in CHAPTERS
    }
    named = [
        (word, chapter)
        for word, text in entries
        for chapter in re.findall(r"\((\S+\.ipynb)\)", text)
    ]
    assert {word for word, _ in entries} == {word for word, _ in named}
    for word, chapter in named:
        stem = word.partition(" (")[0].strip("`").lower()
        assert stem in prose[chapter], f"no {stem} in {chapter}"
