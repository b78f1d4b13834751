// The reader's choice of light or dark, before anything is drawn.
{
  let mode = "";
  try { mode = localStorage.getItem("mode") || ""; } catch { /* storage is off */ }
  const dark = mode === "dark" || (mode !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mode = mode || "auto";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.classList.add("js");
}
