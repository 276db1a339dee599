/* Staff pages: the palette (Ctrl K) and the letter shortcuts, which a person can switch off. */
const palette = document.getElementById("palette");

const openPalette = (event) => {
  if (!palette || !palette.showModal) return;
  event.preventDefault();
  if (!palette.open) palette.showModal();
  palette.querySelector("input[type=search]").select();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) openPalette(event);
  else if (event.target === palette) palette.close();
});

const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return openPalette(event);
  if (palette && palette.open && event.key === "Escape") {
    palette.close(); // a search field would swallow the first Escape to empty itself
    return event.preventDefault();
  }
  if (palette && palette.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const stops = [palette.querySelector("input[type=search]"), ...palette.querySelectorAll(".palette-results a")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = stops.indexOf(document.activeElement);
    stops[(at + step + stops.length) % stops.length].focus();
    return event.preventDefault();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.body.dataset.keys !== "on" || document.querySelector("dialog[open]")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted) { event.preventDefault(); wanted.click(); wanted.focus(); }
});

/* A row of tabs wider than the screen shows the one that is open. */
document.querySelectorAll(".tabs").forEach((bar) => {
  const open = bar.querySelector("[aria-current]");
  if (open) bar.scrollLeft += open.getBoundingClientRect().left - bar.getBoundingClientRect().left - (bar.clientWidth - open.clientWidth) / 2;
});
