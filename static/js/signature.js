// A signature drawn with a finger, a pen or a mouse, kept as a path of moves and lines. Without script a typed name signs.
for (const field of document.querySelectorAll("[data-sign]")) {
  const pad = field.querySelector("svg"), path = pad.querySelector("path");
  const kept = field.closest("form").querySelector("[data-signature]");
  let steps = [], down = false;
  const show = () => { path.setAttribute("d", steps.join(" ")); kept.value = steps.join(" "); };
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return `${Math.round(((event.clientX - box.left) / box.width) * 600)} ${Math.round(((event.clientY - box.top) / box.height) * 200)}`;
  };
  pad.addEventListener("pointerdown", (event) => { down = true; pad.setPointerCapture(event.pointerId); steps.push(`M${at(event)}`); event.preventDefault(); });
  pad.addEventListener("pointermove", (event) => { if (down && steps.length < 4000) { steps.push(`L${at(event)}`); show(); } });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { down = false; });
  field.querySelector("[data-sign-clear]").addEventListener("click", () => { steps = []; show(); });
  field.hidden = false;
}
