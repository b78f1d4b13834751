"""Makes the PDF: Sphinx writes the book as one page, and Chromium prints it.

Page numbers in the contents are not known before the printing, so the book is
printed until they hold: twice, as a rule.
"""

import sys
from io import BytesIO

from bs4 import BeautifulSoup
from chromium import CHROMIUM, INSTALL, SWITCHES
from downloads import DOWNLOADS, NAME, build
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

LONG = 45  # lines of code and output; a page has some 60


def compose(folder):
    """Return the one page with a title page and contents, and its path."""
    path = folder / "book/index.html"
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    body = soup.select_one("div.body")
    for cell in body.select("div.cell"):
        if sum(pre.text.count("\n") for pre in cell.select("pre")) > LONG:
            cell["class"].append("long")
    title = body.h1.extract().text
    contents = soup.new_tag("nav", attrs={"class": "contents"})
    contents.append(soup.new_tag("h1", string="Contents"))
    for number, heading in enumerate(body.select("h1, h2")):
        anchor = soup.new_tag("span", id=f"heading-{number}")
        heading.insert(0, anchor)
        kind = "chapter" if heading.name == "h1" else "section"
        contents.append(
            soup.new_tag(
                "a",
                string=heading.text,
                href=f"#heading-{number}",
                attrs={"class": kind},
            )
        )
    front = soup.new_tag("header", attrs={"class": "title"})
    front.append(soup.new_tag("h1", string=title))
    body.insert(0, front)
    front.insert_after(contents)
    return soup, path


def print_page(page, path, html):
    path.write_text(html, encoding="utf-8")
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
    soup, path = compose(build("singlehtml"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=SWITCHES
        )
        page = browser.new_page()
        for link in soup.select("nav.contents a, a.to-page"):
            link["data-page"] = "100"
        for _ in range(5):
            pdf = print_page(page, path, str(soup))
            if not number(soup, pdf):
                break
        else:
            sys.exit("pdf: the page numbers of the contents do not settle")
        browser.close()
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    target = DOWNLOADS / f"{NAME}.pdf"
    part = target.with_suffix(".part")
    part.write_bytes(pdf)
    part.replace(target)  # at once: never half a file
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
