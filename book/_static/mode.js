// Before anything is drawn: somewhere to keep a choice, and the reader's choice of light or dark.
{
  // Where cookies are blocked, the very name of the storage throws. So the page gets one that keeps
  // what it is given until the page is left.
  try {
    localStorage.setItem("tried", "");
    localStorage.removeItem("tried");
  } catch {
    const kept = {};
    Object.defineProperty(window, "localStorage", { value: {
      getItem: (key) => kept[key] ?? null,
      setItem: (key, value) => { kept[key] = value; },
    } });
  }
  const mode = localStorage.getItem("mode") || "";
  const dark = mode === "dark" || (mode !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = mode || "auto";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.classList.add("js");
}
