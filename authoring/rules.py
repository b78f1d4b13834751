"""The rules that a stored notebook keeps, beyond what running it shows.

A rule takes a notebook and the notebooks before it in the book, and yields
the id of each cell that breaks it and what is wrong there, or None for the
whole notebook.
"""

import ast
import builtins
import re
import symtable
from copy import deepcopy
from pathlib import Path

from carry import (
    TEMPLATE,
    CarryError,
    carry,
    code_cells,
    defined,
    source,
    statements,
    tags,
)
from homes import differences
from ipynb import METADATA, read, tidy
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from mdit_py_plugins.substitution import substitution_plugin
from nbformat.v4 import new_markdown_cell

FOLDED = {"check", "recap", "setup", "solution"}  # tags
# in characters; those of a PNG are base64, so it may take 200 kB (the site
# sends about a tenth of that, see tests/site/budget.toml), and the
# HTML of the training lab has its script, data and still picture inside
LIMITS = {
    "text": 4_000,
    "text/html": 23_000,
    "image/svg+xml": 40_000,
    "image/png": 270_000,
}
NOT_IN_AN_OUTPUT = {
    "a time stamp": r"\b\d\d:\d\d:\d\d\b|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    "a path of this machine": r"(?<![\w.:/<>])/[\w.-]+/[\w.-]+"
    r"|\b[A-Z]:\\|site-packages|ipykernel",
    "an object's address": r"\b0x[0-9a-fA-F]{6,}",
}
ENCODED = re.compile(r"[\w+/=]{60,}")  # a picture inside HTML
MYST = (
    colon_fence_plugin,
    myst_block_plugin,
    myst_role_plugin,
    substitution_plugin,
)
ALT = "the alt text of a picture must be a sentence"
SHOWN = {  # in all homes
    "text/plain",
    "text/html",
    "text/latex",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/svg+xml",
}
RUNS = re.compile(r"<(?:script|style|iframe)|\b(?:style|onclick|onload)=")
NOT_EVERYWHERE = "which not all homes show: print it, or draw it as a picture"
NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+")
NAME = re.compile(r"[A-Za-z_][\w.]*")
OPT_OUT = re.compile(r"<!-- not computed: (.*?) -->")


def load(path):
    notebook = read(path)
    notebook.path = Path(path)
    return notebook


# Cells


def markdown_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "markdown"]


def tokens(cell, *plugins):
    """All tokens of a Markdown cell, in order, those within lines too."""
    markdown = MarkdownIt().enable("table").use(dollarmath_plugin)
    for plugin in plugins:
        markdown.use(plugin)
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
            ast.parse(source(cell))
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
                if len(text) > LIMITS["text"] and "lab" not in tags(cell):
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


def is_sentence(text):
    five_words = len(text.split()) >= 5
    return five_words and re.fullmatch(r"[A-Z\d].*\.", text, re.DOTALL)


def predictions(notebook, earlier):
    """What answers a Predict is folded, on the site and in JupyterLab."""
    asked = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked |= "> **Predict.**" in cell.source
            continue
        if "hide-output" in tags(cell):
            if not cell.metadata.get("jupyter", {}).get("outputs_hidden"):
                yield cell.id, f"hides its output nowhere: {refresh(notebook)}"
        elif asked and cell.get("outputs") and "lab" not in tags(cell):
            yield cell.id, "answers a Predict, so it needs the tag hide-output"
        if cell.get("outputs") and "lab" not in tags(cell):
            asked = False


def hidden_terms(notebook, earlier):
    """What is introduced stands in the open, not only in a fold.

    That is, each bold term, and each name in code type, that a fold has.
    """
    open_text = [[], []]  # terms, and code
    for chapter in [*earlier, notebook]:
        for cell in chapter.cells:
            if cell.cell_type == "code":
                open_text[1].append(cell.source)
                continue
            folded = False
            for kind, text in emphasized(cell):
                if kind is None:
                    folded = text
                elif not folded:
                    open_text[kind].append(text)
                elif chapter is notebook and not any(
                    text.lower() in known.lower() for known in open_text[kind]
                ):
                    yield cell.id, f"introduces {text} in a fold only"


def emphasized(cell):
    """Yield (0, bold text), (1, code), and (None, whether a fold begins)."""
    bold = False
    for token in tokens(cell):
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type == "text" and bold:
            yield 0, token.content
        elif token.type == "code_inline" and NAME.fullmatch(token.content):
            yield 1, token.content
        elif token.type == "html_block":
            for mark in re.findall("</?details", token.content):
                yield None, mark == "<details"


def alt_texts(notebook, earlier):
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
            yield cell.id, ALT


def figures(notebook, earlier):
    """What tools/drawn.py finds wrong with a figure."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            for fault in output.get("metadata", {}).get("faults", ()):
                yield cell.id, fault


def myst(notebook, earlier):
    """No directive, role, target, break or substitution.

    A comment, which MyST begins with %, is text here: see _config.yml.
    """
    for cell in markdown_cells(notebook):
        for token in tokens(cell, *MYST):
            kind = token.type.partition("_")[0]
            text = f"{token.markup}{token.info or token.content}"
            if token.type == "myst_role":
                text = f"{{{token.meta['name']}}}`{token.content}`"
            if token.type == "myst_line_comment":
                continue
            if kind in ("colon", "myst", "substitution") or (
                kind == "fence" and token.info.strip().startswith("{")
            ):
                yield cell.id, f"only the site understands MyST: {text}"


def homes(notebook, earlier):
    """Nothing that Colab, JupyterLab, GitHub and the site show differently."""
    for cell in notebook.cells:
        if cell.cell_type == "raw":
            yield (
                cell.id,
                "a raw cell, which the site leaves out: make it text",
            )
        if cell.cell_type == "markdown":
            for line, what in dict.fromkeys(differences(cell.source)):
                yield cell.id, f"line {line}: {what}"
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if other := sorted({*data} - SHOWN):
                yield cell.id, f"an output of {other[0]}, {NOT_EVERYWHERE}"
            elif "lab" not in tags(cell):
                if found := RUNS.search(data.get("text/html", "")):
                    yield (
                        cell.id,
                        f"an output with {found[0]}, {NOT_EVERYWHERE}",
                    )


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
        calls = [
            ast.unparse(statements(cell)[-1]) for cell in (check, solution)
        ]
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


def checks(notebook, earlier):
    """A check reads nothing that a reader may have changed, and leaves none.

    It may read what the exercise asks for, modules, functions and classes of
    the chapter, and constants.
    """
    cells = {cell.id: cell for cell in code_cells(notebook)}
    lasting = {"np", "plt", "tf"}
    for cell in cells.values():
        if not {"exercise", "check", "solution"} & tags(cell):
            kinds = ast.FunctionDef | ast.ClassDef
            found = [s for s in statements(cell) if isinstance(s, kinds)]
            lasting |= {statement.name for statement in found}
    for cell in cells.values():
        if "check" not in tags(cell):
            continue
        kinds = [type(statement) for statement in statements(cell)]
        if kinds != [ast.FunctionDef, ast.Expr]:
            yield cell.id, "must be one function, and a call of it"
        stub = cells.get(cell.id.replace("check", "exercise"))
        asked = set()
        for statement in statements(stub) if stub else ():
            asked.update(defined(statement))
        for name in sorted(outside_names(cell) - lasting - asked):
            if not name.isupper():
                yield cell.id, f"reads {name}, which a reader may have changed"


def outside_names(cell):
    """The names that a cell reads and neither it nor Python defines."""
    top = symtable.symtable(source(cell), cell.id, "exec")
    tables, names = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        names |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_global() and symbol.is_referenced()
        }
    own = {s.get_name() for s in top.get_symbols() if s.is_assigned()}
    own |= {s.get_name() for s in top.get_symbols() if s.is_namespace()}
    return names - own - set(dir(builtins))


# One definition


def carried(notebook, earlier):
    """The first cells and the recaps say what their homes say."""
    filled = deepcopy(notebook)
    try:
        chapters = [(chapter.path.name, chapter) for chapter in earlier]
        carry(filled, chapters, lambda: load(TEMPLATE))
    except CarryError as error:
        yield None, str(error)
    for cell, wanted in zip(notebook.cells, filled.cells):
        if cell.source != wanted.source:
            old = set(cell.source.splitlines())
            new = [
                line for line in wanted.source.splitlines() if line not in old
            ]
            line = new[0] if new else "less than this"
            yield cell.id, f"its home says {line!r}: {refresh(notebook)}"
        elif cell.metadata != wanted.metadata:
            yield cell.id, f"folds otherwise at home: {refresh(notebook)}"


def refresh(notebook):
    return f"make refresh NB={notebook.path}"


def definitions(notebook, earlier):
    """A function or class of one name is the same in all chapters."""
    private = {"exercise", "check", "solution", "redefines", "setup"}

    def defined(notebook):
        for cell in code_cells(notebook):
            if not private & tags(cell):
                for statement in statements(cell):
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
    """A number that only a run can know is computed near where it is said.

    This holds for text, formulas, alt texts and captions. A number with a
    decimal point comes from the section that it stands in, or was printed
    before; a whole number of two digits or more comes from any cell of the
    chapter. An output shows it, or a figure, or it is a constant of the code;
    and it is rounded as it is written.

    A comment `<!-- not computed: 3.26, 1929 -->` in the cell opts out; for an
    alt text, the metadata of its cell do, `"not_computed": "3.26, 1929"`. A
    link's text names another's work, and may say anything.

    What this can't see: signs, whole numbers below ten, numbers in words,
    minutes, and whether a number that is there is there for this reason.
    """
    cells = notebook.cells
    known = [evidence(cell) for cell in cells]
    anywhere = union(shown | coded for shown, coded, _ in known)
    starts = [n for n, cell in enumerate(cells) if has_heading(cell)]
    before = set()
    for here, cell in enumerate(cells):
        # a cell with a heading in it ends a section, and begins one
        start = max((n for n in starts if n < here), default=0)
        end = min((n for n in starts if n > here), default=len(cells))
        near = before | union(map(union, known[start:end]))
        excuses = [cell.metadata.get("not_computed", "")]
        excuses += OPT_OUT.findall(cell.source)
        for problem in unfounded(prose(cell), excuses, near, anywhere):
            yield cell.id, problem
        if not tags(cell) & {"check", "solution"}:
            before |= known[here][0]


def numbers_on_page(page, notebooks):
    """A number on a page of its own is in a chapter: computed, or said.

    A section that links to chapters speaks of these, any other of all. What
    `numbers_in_prose` can't see, this can't.
    """
    known = {
        notebook.path.name: union(
            {*shown, *coded, *map(value, NUMBER.findall(prose(cell)))}
            for cell in notebook.cells
            for shown, coded, _ in [evidence(cell)]
        )
        for notebook in notebooks
    }
    for section in re.split(r"^(?=#)", page, flags=re.MULTILINE):
        # code says what it does; other fences are directives: text
        text = re.sub("(?ms)^```python$.*?^```$", "", section)
        text = prose(new_markdown_cell(re.sub("(?m)^```.*", "", text)))
        linked = {name for name in known if name in section} or known
        near = union(known[name] for name in linked)
        yield from unfounded(text, OPT_OUT.findall(section), near, near)


def unfounded(text, excuses, near, anywhere):
    """Yield what is wrong with the numbers of a text, and its excuses."""
    numbers, excused = NUMBER.findall(text), ", ".join(excuses).split(", ")
    for number in numbers:
        known = near if "." in number else near | anywhere
        if len(number) > 1 and number not in excused:
            if not is_near(number, known):
                yield f"no output and no code gives {number}"
    for number in filter(None, excused):
        if number not in numbers:
            yield f"opts {number} out, which it doesn't say"


def has_heading(cell):
    text = cell.cell_type == "markdown"
    return text and any(t.type == "heading_open" for t in tokens(cell))


def union(sets):
    return set().union(*sets)


def evidence(cell):
    """The numbers that a cell prints, has in its code, and draws."""
    # a lab holds data and coordinates, which could excuse any number; what
    # all chapters share says nothing of this one
    if cell.cell_type != "code" or tags(cell) & {"lab", "setup", "recap"}:
        return set(), set(), set()
    nodes = [n for statement in statements(cell) for n in ast.walk(statement)]
    constants = [n.value for n in nodes if isinstance(n, ast.Constant)]
    shown = [text for output in cell.outputs for text in texts(output)]
    drawn = [
        output.get("metadata", {}).get("drawn") for output in cell.outputs
    ]
    return (
        set(map(value, NUMBER.findall(" ".join(shown)))),
        {abs(float(n)) for n in constants if type(n) in (int, float)},
        set(map(value, NUMBER.findall(str(drawn)))),
    )


def prose(cell):
    """What a cell tells in words, without code, links and tags."""
    if cell.cell_type == "code":
        about = cell.metadata.get("mystnb", {})
        alt = about.get("image", {}).get("alt", "")
        return f"{alt} {about.get('figure', {}).get('caption', '')}"
    words, in_link = [], False
    for token in tokens(cell):
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
        elif token.type == "html_block":
            html = re.sub(r"<!--.*?-->|<code>.*?</code>", "", token.content)
            words.append(re.sub(r"<[^>]*>", " ", html))
        elif token.type.startswith("math"):
            words.append(re.sub(r"\\[a-z]+\d*", " ", token.content))
        elif token.type == "text" and not in_link:
            words.append(token.content)
    return re.sub(r"\d+ min(utes)?\b", "", " ".join(words))


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
    predictions,
    hidden_terms,
    alt_texts,
    figures,
    myst,
    homes,
    links,
    headings,
    exercises,
    checks,
    carried,
    definitions,
    numbers_in_prose,
]
