"""Each rule catches a notebook that breaks it, and no other rule minds."""

import pytest
from nbformat.v4 import new_output
from rules import RULES
from sample import chapters


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


@breaks("outputs", "text/html of 20017 characters")
def a_large_lab(cells, notebook):
    data = {"text/html": f"<script>{'-' * 20_000}</script>"}
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


@breaks("alt_texts", "mystnb.image.alt must be a sentence")
def a_figure_without_alt_text(cells, notebook):
    data = {"image/png": "", "text/plain": "<Figure>"}
    cells["triple"].outputs = [new_output("display_data", data)]


@breaks("alt_texts", "the alt text of an image")
def an_alt_text_of_one_word(cells, notebook):
    cells["title"].source += "\n\n![loss](front.png)"


@breaks("alt_texts", "the alt text of an image")
def an_html_image_without_alt_text(cells, notebook):
    cells["title"].source += '\n\n<img src="front.png">'


@breaks("myst", "{note}")
def a_directive(cells, notebook):
    cells["title"].source += "\n\n```{note}\nMind the gap.\n```"


@breaks("myst", "{ref}")
def a_role(cells, notebook):
    cells["title"].source += "\n\nSee {ref}`loss`."


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


@breaks("same_setup", "differs from that of first.ipynb")
def another_setup(cells, notebook):
    cells["setup"].source += "\n\nanswer = 0"


@breaks("recaps", "in no earlier chapter: def double(n):")
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
        "Between 1 and 99 there is $0.51$ and `0.52`.",
        "In 1929 it was new. <!-- not computed: 1929 -->",
        "Read [Hubble 1929](https://example.org/0.51).",
    ],
)
def test_prose_may_say(prose):
    first, second = chapters()
    first.cells[0].source += f"\n\n{prose}"
    assert broken_rules([first, second]) == {}


def test_a_chapter_may_redefine_by_name():
    first, second = chapters()
    cell = next(cell for cell in second.cells if cell.id == "triple")
    cell.source = "def double(n):\n    return n + n"
    cell.metadata.tags = ["redefines"]
    assert broken_rules([first, second]) == {}
