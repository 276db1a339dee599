/* A call dragged to another time of the week opens its form with that time chosen. Without this file the form is a link away. */
const grid = document.querySelector(".week[data-first]");
const QUARTER = 15;

const place = (x, y) => {
  const heads = [...grid.querySelectorAll(".wd")].map((head) => head.getBoundingClientRect());
  const column = heads.findIndex((head) => x >= head.left && x < head.right);
  if (column < 0 || y < heads[0].bottom) return null;
  const row = 0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const minutes = Number(grid.dataset.from) * 60 + Math.floor((y - heads[0].bottom) / row) * QUARTER;
  if (minutes >= 24 * 60) return null;
  const day = new Date(`${grid.dataset.first}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + column);
  const two = (number) => String(number).padStart(2, "0");
  return { day: day.toISOString().slice(0, 10), at: `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` };
};

if (grid) {
  document.querySelector("[data-drag]").hidden = !grid.querySelector("[data-move]");
  let moved = null;
  let held = 0;
  grid.addEventListener("dragstart", (event) => {
    moved = event.target.closest("[data-move]");
    if (!moved) return;
    held = event.clientY - moved.getBoundingClientRect().top;
    event.dataTransfer.effectAllowed = "move";
  });
  grid.addEventListener("dragover", (event) => { if (moved && place(event.clientX, event.clientY - held)) event.preventDefault(); });
  grid.addEventListener("dragend", () => { moved = null; });
  grid.addEventListener("drop", (event) => {
    const to = moved && place(event.clientX, event.clientY - held + 1);
    if (!to) return;
    event.preventDefault();
    const zone = grid.closest("[data-zone]").dataset.zone;
    location.assign(`${moved.dataset.move}?${new URLSearchParams({ ...to, zone })}`);
  });
}
