"""What can be wrong with a page, as lists of complaints."""

import json
import subprocess
from functools import cache
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryFile
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from pages import FOLDER

HERE = Path(__file__).parent
AXE_RULES = {
    "type": "tag",
    "values": "wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice".split(),
}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}


def nothing_in(complaints):
    """Fail with the complaints, each once, if there are any."""
    if complaints:
        pytest.fail("\n".join(dict.fromkeys(complaints)), pytrace=False)


# In a browser


def over_budget(weights, budget):
    """What is over a limit, and a table of what weighs how much."""

    def over(what, size, limit):
        size /= 1000
        return [f"{what}: {size:.1f} KB of {limit} KB"] if size > limit else []

    script = sum(size for size, kind, _ in weights if kind == "script")
    complaints = [
        *over("page", sum(size for size, *_ in weights), budget["page"]),
        *over("script", script, budget["script"]),
    ]
    for size, kind, name in weights:
        if kind == "image":
            complaints += over(name, size, budget["figure"])
    table = [
        f"{size / 1000:9.1f} KB  {kind:10}  {name}"
        for size, kind, name in weights
    ]
    return complaints and [*complaints, *table]


def violations(page, axe, rules=AXE_RULES):
    """What axe finds on the page as it is shown now, a line for each place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate(
        """async runOnly => (await axe.run(document, {
            runOnly,
            resultTypes: ['violations'],
            preload: false, // of stylesheets, for which no rule asks
        })).violations""",
        rules,
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}\n    {' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


# In the file


def invalid_html(files, html_validate):
    """What html-validate says, with file and line."""
    settings = HERE / "htmlvalidate.config.cjs"
    command = [html_validate, "--config", settings, "--formatter", "json"]
    # not a pipe: node cuts short what goes to one
    with TemporaryFile("w+", encoding="utf-8") as said:
        run = subprocess.run([*command, *files], stdout=said, stderr=PIPE)
        said.seek(0)
        report = said.read()
    if not report:
        return [run.stderr.decode()]
    return [
        f"{result['filePath']}:{message['line']}: {message['ruleId']}: "
        f"{message['message']} ({message.get('selector', '')})"
        for result in json.loads(report)
        for message in result["messages"]
    ]


@cache
def soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(file):
    return {tag["id"] for tag in soup(file).find_all(id=True)}


def dead_links(file, site):
    """Links inside the site that lead nowhere, or not from every host."""
    complaints = []
    base = soup(file).select_one("base[href]")
    folder = site / base["href"].removeprefix(FOLDER) if base else file.parent
    for tag in soup(file).select(":is([href], [src]):not(base)"):
        link = tag.get("href", tag.get("src"))
        scheme, host, path, _, anchor = urlsplit(link)
        if scheme in ("https", "data", "mailto"):
            continue
        where = f"{file.relative_to(site)}: {link}"
        target = (folder / unquote(path)).resolve() if path else file
        target = target / "index.html" if target.is_dir() else target
        if scheme or host:
            complaints.append(f"{where}: not https")
        elif path.startswith("/"):
            complaints.append(f"{where}: wrong in a folder of a host")
        elif not target.is_relative_to(site) or not target.is_file():
            complaints.append(f"{where}: no such file")
        elif anchor and target.suffix == ".html":
            if unquote(anchor) not in anchors(target):
                complaints.append(f"{where}: no such anchor")
    return complaints
