"""Each rule catches a notebook that breaks it, and no other rule minds."""

import pytest
from carry import TEMPLATE
from homes import differences
from nbformat.v4 import new_markdown_cell, new_output, new_raw_cell
from rules import RULES, load, myst, numbers_on_page
from sample import chapter, chapters


def broken_rules(notebooks):
    return {
        rule.__name__: problem
        for position, notebook in enumerate(notebooks)
        for rule in RULES
        for _, problem in rule(notebook, notebooks[:position])
    }


def test_the_sample_keeps_all_rules():
    assert broken_rules(chapters()) == {}


BREAKS = []


def breaks(rule, says):
    """Register a way to break the second chapter, and who should notice."""

    def register(damage):
        BREAKS.append(pytest.param(damage, rule, says, id=damage.__name__))
        return damage

    return register


@breaks("run_in_order", "run as None")
def a_cell_not_run(cells, notebook):
    cells["triple"].execution_count = None


@breaks("run_in_order", "run as 9, not as 4")
def cells_run_out_of_order(cells, notebook):
    cells["triple"].execution_count = 9


@breaks("python", "not Python, line 1: expected ':'")
def a_cell_that_is_not_python(cells, notebook):
    cells["triple"].source = "for i in range(3)\n    print(i)"


@breaks("errors", "raises-exception")
def an_error_by_accident(cells, notebook):
    error = new_output("error", ename="E", evalue="", traceback=[])
    cells["triple"].outputs = [error]


@breaks("errors", "or the reverse")
def no_error_where_one_is_announced(cells, notebook):
    cells["triple"].metadata.tags = ["raises-exception"]


def draws(cell, alt, ends):
    cell.metadata.mystnb = {"image": {"alt": alt}}
    drawn = [f"Line2D: 2 0 0 1 {ends} 0 0 1 {ends} 0.5 {ends / 2}"]
    data = {"image/png": "", "text/plain": "<Figure>"}
    output = new_output("display_data", data, metadata={"drawn": drawn})
    cell.outputs = [output]


def shows(cell, text, name="stdout"):
    cell.outputs = [new_output("stream", text=text, name=name)]


@breaks("outputs", "stderr: careful")
def a_warning_in_an_output(cells, notebook):
    shows(cells["triple"], "careful", name="stderr")


@breaks("outputs", "a time stamp: 12:34:56")
def a_time_stamp(cells, notebook):
    shows(cells["triple"], "done at 12:34:56")


@breaks("outputs", "a path of this machine: /home/ann")
def a_path(cells, notebook):
    shows(cells["triple"], "saved to /home/ann/line")


@breaks("outputs", "an object's address: 0x7f00deadbeef")
def an_address(cells, notebook):
    shows(cells["triple"], "<function f at 0x7f00deadbeef>")


@breaks("outputs", "an output of 6000 characters")
def a_long_text(cells, notebook):
    shows(cells["triple"], "a loss " * 857 + "!")


@breaks("outputs", "image/svg+xml of 50000 characters")
def a_large_picture(cells, notebook):
    data = {"image/svg+xml": "-" * 50_000}
    cells["triple"].outputs = [new_output("display_data", data)]
    image = {"alt": "A long row of little strokes."}
    cells["triple"].metadata.mystnb = {"image": image}


@breaks("figures", "'A long title' is cut off")
def a_title_that_leaves_the_figure(cells, notebook):
    faults = {"faults": ["'A long title' is cut off"]}
    cells["triple"].outputs = [new_output("display_data", metadata=faults)]


@breaks("outputs", "text/html of 23017 characters")
def a_large_lab(cells, notebook):
    cells["triple"].metadata.tags = ["lab"]
    data = {"text/html": f"<script>{'-' * 23_000}</script>"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_that_only_a_lab_holds(cells, notebook):
    cells["title"].source += "\n\nThe loss is 0.51 now."
    cells["triple"].metadata.tags = ["lab"]
    data = {"text/html": "<svg viewBox='0.51 0.51 1 1'></svg>"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("metadata", "its metadata need 'accelerator'")
def no_accelerator_in_colab(cells, notebook):
    del notebook.metadata["accelerator"]


@breaks("metadata", "make refresh drops it: widgets")
def the_state_of_a_widget(cells, notebook):
    notebook.metadata.widgets = {}


@breaks("metadata", "make refresh drops it: outputId")
def an_id_of_colab(cells, notebook):
    cells["triple"].metadata.outputId = "6a8c4f7a"


@breaks("metadata", "its metadata need 'colab'")
def an_account_in_the_metadata(cells, notebook):
    notebook.metadata.colab = {"authorship_tag": "ABX9"}


@breaks("folds", 'lacks "cellView": "form"')
def open_in_colab(cells, notebook):
    del cells["recap"].metadata["cellView"]


@breaks("folds", "lacks the tag hide-input or hide-cell")
def open_on_the_site(cells, notebook):
    cells["recap"].metadata.tags = ["recap"]


@breaks("folds", "lacks a first line # @title")
def folded_without_a_title(cells, notebook):
    cells["recap"].source = cells["recap"].source.partition("\n")[2]


PREDICT = "\n\n> **Predict.** What comes out?"
FOLD = "\n\n<details><summary>Why?</summary>\n\n{}\n\n</details>"


@breaks("predictions", "needs the tag hide-output")
def a_prediction_whose_answer_shows(cells, notebook):
    cells["title"].source += PREDICT


@breaks("predictions", "hides its output nowhere")
def an_answer_that_shows_in_jupyterlab(cells, notebook):
    cells["title"].source += PREDICT
    cells["begin"].metadata.tags.append("hide-output")


@breaks("hidden_terms", "introduces floor in a fold only")
def a_term_in_a_fold(cells, notebook):
    cells["title"].source += FOLD.format("This is the **floor**.")


@breaks("hidden_terms", "introduces evaluate in a fold only")
def a_name_in_a_fold(cells, notebook):
    cells["title"].source += FOLD.format("`evaluate` computes it.")


@breaks("alt_texts", "mystnb.image.alt must be a sentence")
def a_figure_without_alt_text(cells, notebook):
    data = {"image/png": "", "text/plain": "<Figure>"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("alt_texts", "the alt text of a picture")
def an_alt_text_of_one_word(cells, notebook):
    cells["title"].source += "\n\n![loss](front.png)"


@breaks("alt_texts", "the alt text of a picture")
def an_html_image_without_alt_text(cells, notebook):
    cells["title"].source += '\n\n<img src="front.png">'


@breaks("myst", "{ref}")
def a_role(cells, notebook):
    cells["title"].source += "\n\nSee {ref}`loss`."


@breaks("homes", "a raw cell")
def a_raw_cell(cells, notebook):
    notebook.cells.append(new_raw_cell("a note", id="raw"))


@breaks("homes", "an output of application/javascript")
def an_output_that_is_a_script(cells, notebook):
    data = {"application/javascript": "alert()", "text/plain": "x"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("homes", "an output with style=")
def an_output_with_a_style_of_its_own(cells, notebook):
    data = {"text/html": '<p style="color: red">', "text/plain": "x"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("homes", "line 3: a footnote")
def a_footnote(cells, notebook):
    cells["title"].source += "\n\nA loss.[^1]\n\n[^1]: A number."


@breaks("links", "a link leads nowhere: 99-gone.ipynb")
def a_broken_link(cells, notebook):
    cells["title"].source += "\n\nNext: [gone](99-gone.ipynb#start)"


@breaks("links", "a bare address")
def a_bare_address(cells, notebook):
    cells["title"].source += "\n\nSee https://example.org."


@breaks("headings", "an h3 after an h1")
def a_heading_level_skipped(cells, notebook):
    cells["title"].source += "\n\n### Deep"


@breaks("headings", "an h1 after an h1")
def two_titles(cells, notebook):
    cells["title"].source += "\n\n# Another"


@breaks("exercises", "it has exercise-1")
def an_exercise_without_solution(cells, notebook):
    notebook.cells.remove(cells["solution-3"])


@breaks("exercises", "must end in check_1()")
def a_solution_that_is_not_checked(cells, notebook):
    cells["solution-1"].source = "# @title Solution\nanswer = 1"


@breaks("exercises", "the stub passes: '✓")
def a_stub_that_passes(cells, notebook):
    shows(cells["check-1"], "✓\n")


@breaks("exercises", "does not pass: '✗")
def a_solution_that_fails(cells, notebook):
    shows(cells["solution-1"], "✗ saw 0\n")


@breaks("checks", "reads number, which a reader may have changed")
def a_check_that_reads_a_readers_name(cells, notebook):
    check = cells["check-1"]
    check.source = check.source.replace("answer, 1", "answer, number")
    cells["triple"].source += "\n\n\nnumber = 1"


@breaks("checks", "must be one function, and a call of it")
def a_check_that_leaves_a_name_behind(cells, notebook):
    check = cells["check-1"]
    check.source = check.source.replace("def", "seen = 0\n\n\ndef", 1)


@breaks("carried", "its home says '# @title Plot style")
def another_setup(cells, notebook):
    cells["checker"].id = "setup"


@breaks("carried", "folds otherwise at home")
def another_fold(cells, notebook):
    home = next(c for c in load(TEMPLATE).cells if c.id == "imports")
    cells["begin"].update(id=home.id, source=home.source)
    cells["begin"].metadata = home.metadata | {"tags": ["hide-cell"]}


@breaks("carried", "its home says '    return 2 * n'")
def an_edited_recap(cells, notebook):
    cells["recap"].source = cells["recap"].source.replace("2 * n", "n + n")
    cells["recap"].metadata.tags.append("redefines")


@breaks("definitions", "double is another than in first.ipynb")
def a_second_definition(cells, notebook):
    cells["triple"].source = "def double(n):\n    return n + n"


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_that_nothing_computed(cells, notebook):
    cells["title"].source += "\n\nThe loss is 0.51 now; `0.52` is code."


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_in_a_folded_answer(cells, notebook):
    details = "<details><summary>How much?</summary>\n\n{}\n\n</details>"
    cells["title"].source += "\n\n" + details.format("It is 0.51.")


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_in_a_formula(cells, notebook):
    cells["title"].source += "\n\nSo $\\tfrac12 + 0.01 = 0.51$ is left."


@breaks("numbers_in_prose", "no output and no code gives 51")
def a_whole_number(cells, notebook):
    cells["title"].source += "\n\nIt took 51 epochs, or 52 minutes."
    cells["triple"].source += "\n\nsmall, much = 0.01, 510"


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_in_an_alt_text(cells, notebook):
    draws(cells["triple"], "A line that rises from 0 to 0.51.", ends=0.52)


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_in_a_caption(cells, notebook):
    cells["triple"].metadata.mystnb = {"figure": {"caption": "Up to 0.51."}}


@breaks("numbers_in_prose", "no output and no code gives 0.51")
def a_number_that_only_another_section_gives(cells, notebook):
    cells["title"].source += "\n\nThe loss is 0.51 now."
    place = notebook.cells.index(cells["exercise-1"])
    heading = new_markdown_cell("## Exercises", id="exercises")
    notebook.cells.insert(place, heading)
    shows(cells["solution-1"], "✓ 0.51")


@breaks("numbers_in_prose", "opts 0.51 out, which it doesn't say")
def an_idle_opt_out_of_an_alt_text(cells, notebook):
    cells["triple"].metadata.not_computed = "0.51"


@breaks("numbers_in_prose", "opts 1929 out, which it doesn't say")
def an_idle_opt_out(cells, notebook):
    cells["title"].source += "\n\nLong ago. <!-- not computed: 1929 -->"


@pytest.mark.parametrize("damage, rule, says", BREAKS)
def test_a_rule_catches(damage, rule, says):
    first, second = chapters()
    damage({cell.id: cell for cell in second.cells}, second)
    problems = broken_rules([first, second])
    assert set(problems) == {rule} and says in problems[rule]


def test_each_rule_is_tested():
    tested = {parameters.values[1] for parameters in BREAKS}
    assert tested == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize(
    "prose",
    [
        "The loss is 0.5, and so is 0.50.",
        "Between 1 and 9 there is $0.5$ and `0.52`.",
        "In 52 minutes.",
        "In 1929 it was new. <!-- not computed: 1929 -->",
        "Read [Hubble 1929](https://example.org/0.51).",
    ],
)
def test_prose_may_say(prose):
    first, second = chapters()
    first.cells[0].source += f"\n\n{prose}"
    assert broken_rules([first, second]) == {}


def test_an_alt_text_may_say_what_is_drawn_and_what_is_excused():
    first, second = chapters()
    cell = next(cell for cell in second.cells if cell.id == "triple")
    draws(cell, "In 1929 the line rises from 0 to 0.51.", ends=0.5102)
    cell.metadata.not_computed = "1929"
    assert broken_rules([first, second]) == {}


@pytest.mark.parametrize(
    "page, unfounded",
    [
        ("# Page\n\nA half is 0.5, in 90 minutes; `0.52` is code.", []),
        ("# Page\n\nIn 1929. <!-- not computed: 1929 -->", []),
        ("# Page\n\nThe loss is 0.51.", ["0.51"]),
        ("```{glossary}\nhalf\n  It is 0.51.\n```", ["0.51"]),
        ("# Page\n\nAs in [first](first.ipynb), 0.5.", []),
        ("# Page\n\nAs in [second](second.ipynb), 0.5.", ["0.5"]),
    ],
)
def test_a_page_may_say_what_the_chapters_it_links_to_say(page, unfounded):
    problems = [f"no output and no code gives {n}" for n in unfounded]
    assert list(numbers_on_page(page, chapters())) == problems


@pytest.mark.parametrize(
    "text",
    [
        "```{note}\nMind.\n```",
        "``` {note}\nMind.\n```",
        "- ~~~{code-cell} python\n  ~~~",
        ":::{note}\nMind.\n:::",
        "> :::note\n> Mind.\n> :::",
        "See {ref}`loss`.",
        "Call {py:func}`f`.",
        "<details>\n\n{a+b}`x`\n\n</details>",
        "(loss)=",
        "(loss.mse)=\n# Loss",
        "+++",
        '+++ {"a": 1}',
        "It is {{ name }}.",
        "{{ name }}",
    ],
)
def test_is_myst(text):
    assert list(myst(chapter([new_markdown_cell(text)]), []))


@pytest.mark.parametrize(
    "text, says",
    [
        ("Loss\n: one number", "a definition list"),
        ("It costs $5 here and $10 there.", r"a price is \$5"),
        ("From $5-$10.", r"a price is \$5"),
        ("The square $ x^2 $ of it.", "no space inside"),
        (r"The square \(x^2\).", "write it in dollars"),
        ("\\[\nx^2\n\\]", "write it in dollars"),
        (r"\begin{align}a &= b\end{align}", "without dollars"),
        ("It is $$x^2$$ here.", "a paragraph of its own"),
        ("It is ~one~ two.", "write ~~…~~"),
        ("> [!NOTE]\n> Mind.", "which only GitHub knows"),
        ("<iframe src='a'></iframe>", "use Markdown"),
        ("A <font color='red'>red</font> word.", "use Markdown"),
        ("<p onclick='f()'>Press.</p>", "use Markdown"),
        ("<details><summary>A</summary>\n\nB", "the same cell"),
        ("#\N{NO-BREAK SPACE}Title", "a no-break space after #"),
        ("A zero\N{ZERO WIDTH SPACE}width space", r"'\u200b'"),
    ],
)
def test_homes_differ_in(text, says):
    found = list(differences(f"First.\n\n{text}"))
    assert found and all(says in what for _, what in found)
    assert min(line for line, _ in found) >= 3


@pytest.mark.parametrize(
    "text",
    [
        "The role `{ref}` and `x`.",
        "```\n{ref}`x`\n(target)=\n+++\n```",
        "    {ref}`x`",
        r"Not \{ref}`x`, nor {ref} `x`.",
        r"Sets: $\{a\}$ and $\{b\}$",
        "```python\nf'{{x}}'\n```",
        "5 % of it, f(x)= and a ::: b",
        "Loss (a)= `x`, {kind=1}`x`",
        "- [ ] a task\n\n| a |\n| - |\n| b |",
    ],
)
def test_is_no_myst(text):
    assert not list(myst(chapter([new_markdown_cell(text)]), []))


@pytest.mark.parametrize(
    "text",
    [
        "It costs \\$5 here and \\$10 there, about ~5 to ~6 %.",
        "% of it is ~~all~~ most; `$ x $`, `~a~` and `\\(x\\)`.",
        "$$\n\\begin{aligned}a &= b\\\\[2pt] c &= d\\end{aligned}\n$$",
        "<details><summary><code>y</code>?</summary>\n\nB\n\n</details>",
        "```html\n<script>f()</script>\n```",
        "A [link][1] and [^ no note].\n\n[1]: 02-model.ipynb",
        "> **Why.** $x$, and a\N{NO-BREAK SPACE}space.",
    ],
)
def test_homes_agree_in(text):
    assert list(differences(text)) == []


def test_a_chapter_may_redefine_by_name():
    first, second = chapters()
    cell = next(cell for cell in second.cells if cell.id == "triple")
    cell.source = "def double(n):\n    return n + n"
    cell.metadata.tags = ["redefines"]
    assert broken_rules([first, second]) == {}
