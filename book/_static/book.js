// What a page does once it is read: light or dark, menus, copying, marks in the margin. Search and
// the training lab are loaded when somebody wants them.
const root = document.documentElement;
const all = (selector) => [...document.querySelectorAll(selector)];
const loads = {};
const load = (name) => loads[name] ??= new Promise((loaded) => {
  const script = document.createElement("script");
  script.src = `${root.dataset.content_root}_static/${name}`;
  script.onload = loaded;
  document.head.append(script);
});

// What is done and can't be seen by everybody, for those who listen.
const status = document.querySelector("main").appendChild(document.createElement("p"));
status.id = "said";
status.setAttribute("role", "status");
const say = (words) => { status.textContent = words; };

// Light, dark, or as the system has it. mode.js has read the choice before anything was drawn.
{
  const system = matchMedia("(prefers-color-scheme: dark)");
  const names = { auto: "As the system has it", light: "Light", dark: "Dark" };
  const show = (mode) => {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
  };
  system.addEventListener("change", () => show(root.dataset.mode));
  for (const button of all(".theme-switch-button")) button.addEventListener("click", () => {
    // from what the system has, the first step is one that shows
    const modes = system.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const mode = modes[(modes.indexOf(root.dataset.mode) + 1) % modes.length];
    show(mode);
    localStorage.setItem("mode", mode);
    say(names[mode]);
  });
}

// A dialog closes at a click beside it, and at a link that leads away from it.
const closes = (dialog) => dialog.addEventListener("click", ({ target }) => {
  if (target === dialog || target.closest("a")) dialog.close();
});

// The two menus. Where there is no room beside the text they open as a dialog, over it.
const drawer = (side, roomy) => {
  const button = document.querySelector(`.${side}-toggle`);
  const bar = document.getElementById(`pst-${side}-sidebar`);
  const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
  if (!button || !bar) return;
  const close = document.createElement("button");
  close.className = "drawer-close btn";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const move = (from, to) => {
    to.append(...from.childNodes);
    to.className = from.className;
    from.className = "";
  };
  button.addEventListener("click", () => {
    if (roomy.matches) {
      button.setAttribute("aria-expanded", !bar.classList.toggle("pst-sidebar-hidden"));
    } else {
      bar.classList.remove("pst-sidebar-hidden");
      move(bar, dialog);
      dialog.prepend(close);
      dialog.showModal();
    }
  });
  dialog.addEventListener("close", () => {
    close.remove();
    move(dialog, bar);
  });
  roomy.addEventListener("change", () => dialog.close());
  closes(dialog);
};
drawer("primary", matchMedia("(min-width: 992px)"));
drawer("secondary", matchMedia("(min-width: 1200px)"));

// A long menu shows where the reader is.
{
  const bar = document.getElementById("pst-primary-sidebar");
  const here = bar?.querySelector("a.current");
  if (here?.offsetTop + here?.offsetHeight > bar?.clientHeight) bar.scrollTop = here.offsetTop - bar.clientHeight / 2;
}

// Search, in a dialog that opens with Ctrl+K
{
  const dialog = document.getElementById("pst-search-dialog");
  const apple = /^(Mac|iP)/.test(navigator.platform);
  const open = () => {
    dialog.showModal();
    load("search.js");
  };
  for (const key of all(".kbd-shortcut__modifier")) if (apple) key.textContent = "⌘";
  for (const button of all(".search-button__button")) button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(apple ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    dialog.open ? dialog.close() : open();
  });
  closes(dialog);
  // a field for searching keeps the first Escape for itself
  dialog.addEventListener("keydown", ({ key }) => { if (key === "Escape") dialog.close(); });
  // the page of the search, for a question that came with the address, or when one is typed
  const field = document.querySelector(".bd-search-container input");
  if (/[?&]q=./.test(location.search)) load("search.js");
  else field?.addEventListener("focus", () => load("search.js"));
}

// Copy code. Outputs are for reading.
for (const code of all(".highlight pre")) {
  if (code.closest(".cell_output")) continue;
  const button = document.createElement("button");
  button.className = "copybtn";
  button.ariaLabel = button.title = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trimEnd());
    } catch { // a site without https has no clipboard, but the old way
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
      getSelection().removeAllRanges();
    }
    say("Copied");
    button.classList.add("success");
    setTimeout(() => button.classList.remove("success"), 2000);
  });
  code.after(button);
}

// What scrolls sideways can be scrolled with keys.
{
  const measure = () => {
    const boxes = all(".bd-article :is(pre, .math, .output, .pst-scrollable-table-container)");
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, number) => wide[number] ? box.tabIndex = 0 : box.removeAttribute("tabindex"));
  };
  addEventListener("load", measure);
  addEventListener("resize", measure);
  document.addEventListener("toggle", measure, true);
}

// Mark in the page's contents where the reader is.
{
  const links = all("#pst-page-toc-nav a");
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const seen = new Set();
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
    const current = links[sections.findLastIndex((section) => seen.has(section))];
    for (const link of links) {
      link.classList.toggle("active", link === current);
      link.parentElement.classList.toggle("active", link.parentElement.contains(current ?? null));
    }
    const bar = current?.closest(".bd-sidebar-secondary"), top = current?.offsetTop - bar?.scrollTop;
    if (top < 0 || top + current?.offsetHeight > bar?.clientHeight) bar.scrollTop += top - bar.clientHeight / 2;
  }, { rootMargin: "-15% 0px -65%" });
  sections.filter(Boolean).forEach((section) => watch.observe(section));
}

// The training lab, when it is near.
{
  const near = new IntersectionObserver((changes) => {
    if (!changes.some((change) => change.isIntersecting)) return;
    near.disconnect();
    load("training-lab.js");
  }, { rootMargin: "800px" });
  all("training-lab").forEach((lab) => near.observe(lab));
}
