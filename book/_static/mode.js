// Before anything is drawn: somewhere to keep a choice, and the reader's choice of light or dark.
{
  // Where cookies are blocked, the very name of a storage throws, and the theme's script would end
  // there. So it gets one that keeps what it is given until the page is left.
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].setItem("tried", "");
      window[name].removeItem("tried");
    } catch {
      const kept = new Map();
      Object.defineProperty(window, name, { value: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, `${value}`),
        removeItem: (key) => kept.delete(key),
      } });
    }
  }
  const mode = localStorage.getItem("mode") || "";
  const dark = mode === "dark" || (mode !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = mode || "auto";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.classList.add("js");
}
