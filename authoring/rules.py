"""The rules that a stored notebook keeps, where nbval does not look.

A rule takes a notebook and the notebooks before it in the book, and yields
the id of each cell that breaks it and what is wrong there, or None for the
whole notebook.
"""

import ast
import re
from pathlib import Path

from ipynb import METADATA, read, tidy
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

FOLDED = {"check", "recap", "setup", "solution"}  # tags
# in characters; those of a PNG are base64, so it may take 150 kB, and the
# HTML of the training lab has its script, data and still picture inside
LIMITS = {
    "text": 4_000,
    "text/html": 20_000,
    "image/svg+xml": 40_000,
    "image/png": 200_000,
}
NOT_IN_AN_OUTPUT = {
    "a time stamp": r"\b\d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "a path of this machine": r"(?<![\w.:/<>])/[\w.-]+/[\w.-]+"
    r"|\b[A-Z]:\\|site-packages|ipykernel",
    "an object's address": r"\b0x[0-9a-fA-F]{6,}",
}
ENCODED = re.compile(r"[\w+/=]{60,}")  # a picture inside HTML
MYST = re.compile(
    r"^ *(?:`{3,}|~{3,}|:{3,}) *\{.*"  # directive
    r"|\{[\w:.+-]+\}(?=`)"  # role
    r"|^\([\w-]+\)=$",  # target
    re.MULTILINE,
)
NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+")
OPT_OUT = re.compile(r"<!-- not computed: (.*?) -->")


def load(path):
    notebook = read(path)
    notebook.path = Path(path)
    return notebook


# Cells


def code_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "code"]


def markdown_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "markdown"]


def tags(cell):
    return set(cell.metadata.get("tags", ()))


def syntax(cell):
    """The top-level statements of a code cell, without magics."""
    try:
        return parse(cell)
    except SyntaxError:  # the rule `python` tells
        return []


def parse(cell):
    return ast.parse(TransformerManager().transform_cell(cell.source)).body


def tokens(cell):
    """All tokens of a Markdown cell, in order, those within lines too."""
    markdown = MarkdownIt().enable("table").use(dollarmath_plugin)
    for token in markdown.parse(cell.source):
        yield token
        yield from token.children or ()


def texts(output):
    """Everything in an output that a reader could read; no script."""
    yield from (output.get(key, "") for key in ("text", "evalue"))
    yield from output.get("traceback", ())
    for kind, data in output.get("data", {}).items():
        if not kind.startswith("image/"):
            yield re.sub("<script>.*</script>", "", str(data), flags=re.DOTALL)


# Run, and nothing of the run but its results


def run_in_order(notebook, earlier):
    cells = [cell for cell in code_cells(notebook) if cell.source.strip()]
    for count, cell in enumerate(cells, start=1):
        if cell.execution_count != count:
            yield cell.id, f"run as {cell.execution_count}, not as {count}"


def python(notebook, earlier):
    for cell in code_cells(notebook):
        try:
            parse(cell)
        except SyntaxError as error:
            if "raises-exception" not in tags(cell):
                yield cell.id, f"not Python, line {error.lineno}: {error.msg}"


def errors(notebook, earlier):
    for cell in code_cells(notebook):
        kinds = {output.output_type for output in cell.outputs}
        if ("error" in kinds) != ("raises-exception" in tags(cell)):
            yield cell.id, "raises without raises-exception, or the reverse"


def outputs(notebook, earlier):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield cell.id, f"stderr: {output.text[:200]}"
            for text in texts(output):
                if len(text) > LIMITS["text"]:
                    yield cell.id, f"an output of {len(text)} characters"
                for what, pattern in NOT_IN_AN_OUTPUT.items():
                    if found := re.search(pattern, ENCODED.sub("", text)):
                        yield cell.id, f"{what}: {found[0]}"
            for kind, data in output.get("data", {}).items():
                if len(data) > LIMITS.get(kind, LIMITS["image/png"]):
                    yield cell.id, f"{kind} of {len(data)} characters"


# What three homes show


def metadata(notebook, earlier):
    for key, value in METADATA.items():
        if key != "language_info" and notebook.metadata.get(key) != value:
            yield None, f"its metadata need {key!r}: {value}"
    kept = [(None, notebook.metadata, METADATA)]
    kept += [(c.id, c.metadata, tidy(c.metadata)) for c in notebook.cells]
    for id, stored, proper in kept:
        if traces := ", ".join(sorted(stored.keys() - proper.keys())):
            yield id, f"an editor's metadata, make refresh drops it: {traces}"


def folds(notebook, earlier):
    """Folded on the site, in Colab and in JupyterLab, or in none."""
    for cell in code_cells(notebook):
        marks = {
            "the tag hide-input or hide-cell": bool(
                {"hide-input", "hide-cell"} & tags(cell)
            ),
            '"cellView": "form"': cell.metadata.get("cellView") == "form",
            "a first line # @title …": cell.source.startswith("# @title "),
            '"jupyter": {"source_hidden": true}': cell.metadata.get(
                "jupyter", {}
            ).get("source_hidden")
            is True,
        }
        missing = [mark for mark, present in marks.items() if not present]
        folded = any(marks.values()) or FOLDED & tags(cell)
        if folded and missing:
            yield cell.id, f"is folded, but lacks {', '.join(missing)}"


def alt_texts(notebook, earlier):
    def is_sentence(text):
        five_words = len(text.split()) >= 5
        return five_words and re.fullmatch(r"[A-Z\d].*\.", text, re.DOTALL)

    for cell in code_cells(notebook):
        kinds = {k for output in cell.outputs for k in output.get("data", ())}
        if kinds & {"image/png", "image/svg+xml"}:
            image = cell.metadata.get("mystnb", {}).get("image", {})
            if not is_sentence(image.get("alt", "")):
                yield cell.id, "mystnb.image.alt must be a sentence"
    for cell in markdown_cells(notebook):
        alts = [t.content for t in tokens(cell) if t.type == "image"]
        for tag in re.findall(r"<img\b[^>]*>", cell.source):
            alts += re.findall(r'alt="([^"]*)"', tag) or [""]
        if not all(map(is_sentence, alts)):
            yield cell.id, "the alt text of an image must be a sentence"


def myst(notebook, earlier):
    for cell in markdown_cells(notebook):
        if found := MYST.search(cell.source):
            yield cell.id, f"only the site understands MyST: {found[0]}"


def links(notebook, earlier):
    for cell in markdown_cells(notebook):
        for token in tokens(cell):
            target = token.attrGet("href") or token.attrGet("src") or ""
            path = target.partition("#")[0]
            if token.type == "text" and "://" in token.content:
                yield cell.id, f"a bare address: {token.content}"
            if path and ":" not in path:
                if not (notebook.path.parent / path).exists():
                    yield cell.id, f"a link leads nowhere: {path}"


def headings(notebook, earlier):
    level = 0
    for cell in markdown_cells(notebook):
        for token in tokens(cell):
            if token.type == "heading_open":
                new = int(token.tag[1:])
                if (new == 1) != (level == 0) or new > level + 1:
                    yield cell.id, f"an h{new} after an h{level}"
                level = new


# Exercises


def exercises(notebook, earlier):
    order = [cell.id for cell in code_cells(notebook)]
    cells = {cell.id: cell for cell in code_cells(notebook)}
    kinds = ("exercise", "check", "solution")
    found = [i for i in order if tags(cells[i]) & set(kinds)]
    count = max(3, -(-len(found) // 3))
    wanted = [f"{kind}-{n + 1}" for n in range(count) for kind in kinds]
    if found != wanted:
        have = ", ".join(found) or "none"
        yield None, f"exercises must be {', '.join(wanted)}; it has {have}"
        return
    for n in range(1, count + 1):
        trio = [f"{kind}-{n}" for kind in kinds]
        first = order.index(trio[0])
        if order[first : first + 3] != trio:
            yield trio[0], "its check and solution must follow it"
        for kind, name in zip(kinds, trio):
            if kind not in tags(cells[name]):
                yield name, f"lacks the tag {kind}"
        _, check, solution = (cells[name] for name in trio)
        calls = [ast.unparse(syntax(cell)[-1]) for cell in (check, solution)]
        if not re.fullmatch(r"check_\w+\(\)", calls[0]):
            yield check.id, f"must end in a call check_…(), not {calls[0]}"
        if calls[0] != calls[1]:
            yield solution.id, f"must end in {calls[0]}"
        replies = [
            "".join(map("".join, map(texts, cell.outputs)))
            for cell in (check, solution)
        ]
        if "✗" not in replies[0]:
            yield check.id, f"the stub passes: {replies[0][:80]!r}"
        if "✓" not in replies[1] or "✗" in replies[1]:
            yield solution.id, f"does not pass: {replies[1][:80]!r}"


# One definition


def same_setup(notebook, earlier):
    def setup(notebook):
        return [c.source for c in code_cells(notebook) if c.id == "setup"]

    if earlier and setup(notebook) != setup(earlier[0]):
        yield "setup", f"differs from that of {earlier[0].path.name}"


def recaps(notebook, earlier):
    """A recap repeats an earlier chapter to the letter."""
    known = {
        ast.dump(statement)
        for chapter in earlier
        for cell in code_cells(chapter)
        if "recap" not in tags(cell)
        for statement in syntax(cell)
    }
    for cell in code_cells(notebook):
        if "recap" in tags(cell):
            for statement in syntax(cell):
                if ast.dump(statement) not in known:
                    line = ast.unparse(statement).splitlines()[0]
                    yield cell.id, f"in no earlier chapter: {line}"


def definitions(notebook, earlier):
    """A function or class of one name is the same in all chapters."""
    private = {"exercise", "check", "solution", "redefines"}

    def defined(notebook):
        for cell in code_cells(notebook):
            if not private & tags(cell):
                for statement in syntax(cell):
                    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        yield cell, statement.name, ast.dump(statement)

    known = {
        name: (chapter, dump)
        for chapter in reversed(earlier)
        for _, name, dump in defined(chapter)
    }
    for cell, name, dump in defined(notebook):
        chapter, first = known.get(name, (None, dump))
        if dump != first:
            where = chapter.path.name
            yield cell.id, f"{name} is another than in {where}; tag redefines"


# Numbers


def numbers_in_prose(notebook, earlier):
    """A number that only a run can know is in an output, or in the code.

    That is, one with a decimal point or with three digits or more, rounded
    as it is written. A comment `<!-- not computed: 3.26, 1929 -->` in the
    cell opts out. A link's text names another's work, and may say anything.
    """
    computed = set()
    for cell in code_cells(notebook):
        # a lab holds data and coordinates, which could excuse any number
        for output in () if "lab" in tags(cell) else cell.outputs:
            for text in texts(output):
                computed |= set(map(value, NUMBER.findall(text)))
        for statement in syntax(cell):
            for node in ast.walk(statement):
                if isinstance(node, ast.Constant):
                    if type(node.value) in (int, float):
                        computed.add(abs(float(node.value)))
    for cell in markdown_cells(notebook):
        exempt = ", ".join(OPT_OUT.findall(cell.source)).split(", ")
        claimed = [n for n in NUMBER.findall(prose(cell)) if is_long(n)]
        for number in claimed:
            if number not in exempt and not is_near(number, computed):
                yield cell.id, f"no output and no code gives {number}"
        for number in filter(None, exempt):
            if number not in NUMBER.findall(prose(cell)):
                yield cell.id, f"opts {number} out, which it doesn't say"


def prose(cell):
    """The text of a Markdown cell without code, formulas, links and tags."""
    words, in_link = [], False
    for token in tokens(cell):
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
        elif token.type == "html_block":
            html = re.sub(r"<!--.*?-->|<code>.*?</code>", "", token.content)
            words.append(re.sub(r"<[^>]*>", " ", html))
        elif token.type == "text" and not in_link:
            words.append(token.content)
    return " ".join(words)


def is_long(number):
    return "." in number or len(number) >= 3


def value(number):
    return float(number.replace(",", ""))


def is_near(number, computed):
    decimals = len(number.partition(".")[2])
    return any(round(c, decimals) == value(number) for c in computed)


RULES = [
    run_in_order,
    python,
    errors,
    outputs,
    metadata,
    folds,
    alt_texts,
    myst,
    links,
    headings,
    exercises,
    same_setup,
    recaps,
    definitions,
    numbers_in_prose,
]
