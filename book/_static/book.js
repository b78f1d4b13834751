// Search while typing, in the dialog that the theme opens with Ctrl+K. Sphinx's own index and
// search do the work; they are loaded when the dialog first opens, so no other page weighs more.
window.SPHINX_HIGHLIGHT_ENABLED = false; // what searchtools.js asks for
{
  const dialog = document.getElementById("pst-search-dialog");
  const field = dialog.querySelector("input");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = "search-hits";
  status.id = "search-progress"; // Search empties the element of this name
  status.setAttribute("role", "status");
  const root = document.documentElement.dataset.content_root;

  const load = (name) => new Promise((loaded) => {
    const script = document.createElement("script");
    script.src = root + name;
    script.onload = loaded;
    document.head.append(script);
  });

  let ready;
  const prepare = () => ready ??= (async () => {
    dialog.append(status, list);
    await load("_static/language_data.js");
    field.name = ""; // or searchtools.js would empty the field named q, and what was typed by then
    await load("_static/searchtools.js");
    field.name = "q";
    await load("searchindex.js");
  })();

  const show = async () => {
    await prepare();
    const query = field.value.trim();
    const terms = Search._parseQuery(query);
    const seen = new Set();
    const hits = query.length < 2 ? [] : Search._performSearch(...terms).reverse()
      .filter(([page, , anchor]) => !seen.has(page + anchor) && seen.add(page + anchor)).slice(0, 8);
    list.replaceChildren(...hits.map(([page, title, anchor]) => {
      const item = document.createElement("li");
      const link = item.appendChild(document.createElement("a"));
      // a browser that knows text fragments scrolls to the word, the others to the heading
      link.href = `${root}${page}.html${anchor || "#"}:~:text=${encodeURIComponent(query)}`;
      link.textContent = title;
      const chapter = Search._index.titles[Search._index.docnames.indexOf(page)];
      if (chapter !== title) {
        item.appendChild(document.createElement("small")).textContent = chapter;
      }
      return item;
    }));
    status.textContent = query.length < 2 ? "" : hits.length ? "" : "Nothing found";
  };

  field.addEventListener("focus", prepare);
  field.addEventListener("input", show);

  // up and down walk through the hits, and back to the field
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [field, ...list.querySelectorAll("a")];
    stops[stops.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  });
}

// Mark in the page's contents where the reader is.
{
  const links = [...document.querySelectorAll("#pst-page-toc-nav a")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const seen = new Set();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
    const current = links[sections.findLastIndex((section) => seen.has(section))];
    for (const link of links) {
      link.classList.toggle("active", link === current);
      link.parentElement.classList.toggle("active", link.parentElement.contains(current ?? null));
    }
  }, { rootMargin: "-15% 0px -65%" });
  sections.filter(Boolean).forEach((section) => watch.observe(section));
}
