"""Makes the ePub: Sphinx writes the pages, and this packs them.

Sphinx does not tell readers which pages have equations and which picture is
the cover, packs styles that no page asks for, and writes the time of the build
into the zip.
"""

from pathlib import Path
from xml.etree import ElementTree

from downloads import NAME, build, pack, save

OPF = "http://www.idpf.org/2007/opf"
METADATA = "http://purl.org/dc/elements/1.1/"


def parts(folder):
    """Yield pairs of a name and its bytes, in the order that ePub asks."""
    for name in ("mimetype", "META-INF/container.xml"):
        yield name, (folder / name).read_bytes()
    ElementTree.register_namespace("", OPF)
    ElementTree.register_namespace("dc", METADATA)
    package = ElementTree.parse(folder / "content.opf").getroot()
    manifest = package.find(f"{{{OPF}}}manifest")
    pages = {
        item: (folder / item.get("href")).read_text(encoding="utf-8")
        for item in manifest
        if item.get("media-type") == "application/xhtml+xml"
    }
    styles = (folder / "_static/math.css").read_text(encoding="utf-8")
    asked = " ".join([*pages.values(), styles])
    for item, text in pages.items():
        if "<math" in text:
            item.set("properties", "mathml")
    for item in list(manifest):
        path = Path(item.get("href"))
        if path.parent.name == "_static" and path.name not in asked:
            manifest.remove(item)
        if path.name == "cover.png":
            item.set("properties", "cover-image")
    opf = ElementTree.tostring(package, encoding="unicode")
    yield "content.opf", f'<?xml version="1.0"?>\n{opf}\n'.encode()
    for item in sorted(manifest, key=lambda item: item.get("href")):
        yield item.get("href"), (folder / item.get("href")).read_bytes()


if __name__ == "__main__":
    save(f"{NAME}.epub", pack(parts(build("epub"))))
