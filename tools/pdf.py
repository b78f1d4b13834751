"""Makes the PDF: Sphinx writes the book as one page, and Chromium prints it.

Page numbers in the contents are not known before the printing, so the book is
printed until they hold: twice, as a rule.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from bs4 import BeautifulSoup
from chromium import CHROMIUM, INSTALL, SWITCHES
from downloads import NAME, build, save
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

LOGO = Path("book/_static/logo.svg")
LONG = 20  # lines of code and output; a page has some 60


def compose(folder):
    """Return the one page, with a title page and contents."""
    html = (folder / "book/index.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(html, "html.parser")
    body = soup.select_one("div.body")
    for cell in body.select("div.cell"):
        if sum(pre.text.count("\n") for pre in cell.select("pre")) > LONG:
            cell["class"].append("long")
    # Sphinx puts the chapters into the front page, a level down
    for heading in body.select(".toctree-wrapper :is(h2, h3, h4)"):
        heading.name = f"h{int(heading.name[1]) - 1}"
    front = soup.new_tag("header", attrs={"class": "title"})
    first = body.h2
    for element in reversed(list(first.parent.find_previous_siblings())):
        front.append(element.extract())
    about = soup.new_tag("h1", string="About this book")
    first.parent.insert_before(about)
    # the title page has one figure, and the book's mark
    about.insert_after(front.select_one(".one-loop").extract())
    mark = BeautifulSoup(LOGO.read_text(encoding="utf-8"), "html.parser").svg
    mark["class"] = "logo"
    front.insert(0, mark)
    contents = soup.new_tag("nav", attrs={"class": "contents"})
    contents.append(soup.new_tag("h1", string="Contents"))
    for number, heading in enumerate(body.select("h1, h2")):
        heading.insert(0, soup.new_tag("span", id=f"heading-{number}"))
        contents.append(
            soup.new_tag(
                "a",
                string=heading.text,
                href=f"#heading-{number}",
                attrs={"class": f"of-{heading.name}"},
            )
        )
    body.insert(0, front)
    front.insert_after(contents)
    # above each page stands of which chapter it is
    heads = soup.new_tag("style", string="")
    for number, heading in enumerate(body.select("h1")[1:]):
        heading.parent["style"] = f"page: part-{number}"
        title = json.dumps(heading.text, ensure_ascii=False)
        heads.string += (
            f"@page part-{number} {{ @top-left {{ content: {title} }} }}\n"
        )
    soup.head.append(heads)
    # what stands around and behind the text may make an empty page
    for element in body.select("div.clearer"):
        element.decompose()
    for anchor in body.select("span[id^=document-]"):
        if heading := anchor.find_next("h1"):
            heading.insert(0, anchor.extract())
    soup.body.clear()
    soup.body.append(body)
    return soup


def print_page(page, path, html):
    # without a doctype, tables don't have the size of the text
    path.write_text(f"<!doctype html>\n{html}", encoding="utf-8")
    page.goto(path.absolute().as_uri())
    page.evaluate("document.fonts.ready")
    return page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        outline=True,
        tagged=True,
    )


def number(soup, pdf):
    """Write page numbers beside the links; return whether some changed."""
    reader = PdfReader(BytesIO(pdf))
    places = reader.named_destinations
    changed = False
    for link in soup.select("nav.contents a, a.to-page"):
        place = places["/" + link["href"].removeprefix("#")]
        page = str(reader.get_destination_page_number(place) + 1)
        changed |= link.get("data-page") != page
        link["data-page"] = page
    return changed


def main():
    if not CHROMIUM:
        sys.exit(f"pdf: needs Chromium, which prints it: {INSTALL}")
    folder = build("singlehtml")
    soup = compose(folder)
    path = folder / "print.html"  # its links are as from here
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=SWITCHES
        )
        page = browser.new_page()
        missing = []
        page.on("requestfailed", lambda request: missing.append(request.url))
        for link in soup.select("nav.contents a, a.to-page"):
            link["data-page"] = "100"
        for _ in range(5):
            pdf = print_page(page, path, str(soup))
            if not number(soup, pdf):
                break
        else:
            sys.exit("pdf: the page numbers of the contents do not settle")
        browser.close()
    if missing:
        sys.exit(f"pdf: not there: {', '.join(missing)}")
    save(f"{NAME}.pdf", pdf)


if __name__ == "__main__":
    main()
