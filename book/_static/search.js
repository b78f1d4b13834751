// Search while typing. book/_ext/finder.py wrote sections.js: of each section of the book, its page,
// its place there, its title, the page's title, and its text.
{
  const dialog = document.getElementById("pst-search-dialog");
  const page = document.getElementById("search-results");
  const escape = (text) => text.replace(/[^\w\s]/g, "\\$&");

  // A word is found where one begins with it; its ending may be another.
  const pattern = (word) => {
    const stem = word.length > 5 ? word.replace(/(ing|ed|es|e|s)$/i, "") : word;
    return `(?<![\\p{L}\\p{N}])${escape(stem)}`;
  };

  const find = (query) => {
    const words = query.split(/\s+/).filter(Boolean).map((word) => new RegExp(pattern(word), "giu"));
    const count = (text, word) => text.match(word)?.length ?? 0;
    return SECTIONS.map((section) => {
      const [, , title, chapter, text] = section;
      const scores = words.map((word) =>
        20 * count(title, word) + 3 * count(chapter, word) + Math.min(5, count(text, word)));
      const whole = title.toLowerCase() === query.toLowerCase() ? 100 : 0;
      return { section, score: scores.every(Boolean) ? scores.reduce((a, b) => a + b, whole) : 0 };
    }).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).map(({ section }) => section);
  };

  // What of a text was looked for, and where it is: all words in a row, or else the first of any.
  const first = (text, query) => {
    const words = query.split(/\s+/).filter(Boolean).map(pattern), rest = "[\\p{L}\\p{N}_]*";
    return [words.join(`${rest}[^\\p{L}\\p{N}]+`), `(?:${words.join("|")})`]
      .map((one) => new RegExp(one + rest, "iu").exec(text)).find(Boolean);
  };

  // Some words around it, and that one marked.
  const excerpt = (text, found) => {
    const small = document.createElement("small");
    const at = found?.index ?? 0;
    const start = at < 60 ? 0 : text.indexOf(" ", at - 60) + 1;
    const mark = document.createElement("mark");
    mark.textContent = found?.[0] ?? "";
    const after = at + mark.textContent.length;
    small.append(start ? "… " : "", text.slice(start, at), mark,
      text.slice(after, after + 90).replace(/\s\S*$/, ""), " …");
    return small;
  };

  const item = (query) => ([page, anchor, title, chapter, text]) => {
    const entry = document.createElement("li");
    const link = entry.appendChild(document.createElement("a"));
    const found = first(text, query);
    // a browser that knows text fragments scrolls to the word, the others to the heading
    const word = found ? `:~:text=${encodeURIComponent(found[0])}` : "";
    link.href = `${root.dataset.content_root}${page}.html#${anchor}${word}`;
    link.textContent = title;
    if (chapter !== title) link.append(Object.assign(document.createElement("span"), { textContent: chapter }));
    if (text) entry.append(excerpt(text, found));
    return entry;
  };

  // List under a field what it finds.
  const listen = (field, place, limit) => {
    const list = place.appendChild(document.createElement("ul"));
    const status = place.appendChild(document.createElement("p"));
    list.className = "search-hits";
    status.setAttribute("role", "status");
    const show = () => {
      const query = field.value.trim();
      const hits = query.length < 2 ? [] : find(query);
      list.replaceChildren(...hits.slice(0, limit).map(item(query)));
      status.textContent = query.length < 2 ? "" : hits.length === 0 ? "Nothing found"
        : hits.length === 1 ? "1 place" : `${hits.length} places`;
    };
    field.addEventListener("input", show);
    // up and down walk through the hits, and back to the field
    place.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const stops = [field, ...list.querySelectorAll("a")];
      stops[stops.indexOf(document.activeElement) + step]?.focus();
      event.preventDefault();
    });
    show();
  };

  load("sections.js").then(() => {
    listen(dialog.querySelector("input"), dialog, 8);
    if (page) {
      const field = document.querySelector(".bd-search-container input");
      field.value ||= new URLSearchParams(location.search).get("q") ?? "";
      listen(field, page.parentElement, 50);
    }
  });
}
