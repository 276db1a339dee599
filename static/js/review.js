/* The review's page: bigger and smaller, the opened point in sight, and a box drawn on the paper. */
const sheet = document.getElementById("sheet");
const kept = Number(sessionStorage.getItem("review-step") ?? 2);

const size = (step) => {
  const next = Math.min(4, Math.max(0, step));
  sheet.dataset.step = String(next);
  sessionStorage.setItem("review-step", String(next));
};

if (sheet) {
  size(kept);
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => size(Number(sheet.dataset.step) + Number(button.dataset.zoom)));
  }
  const mark = sheet.querySelector(".mark-current");
  const frame = sheet.closest(".docs");
  if (mark && frame.scrollHeight > frame.clientHeight) {
    const image = sheet.querySelector("img");
    const show = () => { frame.scrollTop += mark.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3; };
    if (image.complete) show(); else image.addEventListener("load", show);
  }
}

const open = document.querySelector(".finds .finding[aria-current]");
const finds = document.querySelector(".finds");
if (open && finds && finds.scrollHeight > finds.clientHeight) {
  finds.scrollTop += open.getBoundingClientRect().top - finds.getBoundingClientRect().top - 64;
}

/* What a drawn box holds: its words into the field that was chosen last, and its place beside them. */
const form = document.getElementById("item");
const fields = form ? [...form.querySelectorAll("textarea, input[type=text]")] : [];
let chosen = fields.find((field) => field.name === "text" || field.name === "name") ?? fields[0];
for (const field of fields) field.addEventListener("focus", () => { chosen = field; });

const take = (page, edges) => {
  const inside = (word) => {
    const box = word.getBBox();
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    return edges[0] < x && x < edges[2] && edges[1] < y && y < edges[3];
  };
  const words = [...page.querySelectorAll("text:not(.num)")].filter(inside).map((word) => word.textContent.trim());
  if (words.length) chosen.value = words.join(" ");
  const kept = document.getElementById(page.dataset.draw);
  const places = JSON.parse(kept.value || "{}");
  places[chosen.name] = { page: Number(page.dataset.page), box: edges.map((edge) => Number(edge.toFixed(1))) };
  kept.value = JSON.stringify(places);
  chosen.focus();
};

const page = document.querySelector("svg[data-draw]");
if (page) {
  const kept = document.getElementById(page.dataset.draw);
  document.querySelector("[data-draws]").hidden = false;
  const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  box.setAttribute("class", "drawn");
  let from = null;
  const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(page.getScreenCTM().inverse());
  const draw = (to) => {
    const edges = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.max(from.x, to.x), Math.max(from.y, to.y)];
    box.setAttribute("x", edges[0]);
    box.setAttribute("y", edges[1]);
    box.setAttribute("width", edges[2] - edges[0]);
    box.setAttribute("height", edges[3] - edges[1]);
    return edges;
  };
  page.addEventListener("pointerdown", (event) => {
    if (event.target.closest("a")) return;
    event.preventDefault();
    page.setPointerCapture(event.pointerId);
    from = at(event);
    page.append(box);
    draw(from);
  });
  page.addEventListener("pointermove", (event) => { if (from) draw(at(event)); });
  page.addEventListener("pointerup", (event) => {
    if (!from) return;
    const edges = draw(at(event));
    from = null;
    if (edges[2] - edges[0] > 3 && edges[3] - edges[1] > 3) {
      if (form) take(page, edges);
      else kept.value = edges.map((edge) => edge.toFixed(1)).join(",");
      page.dataset.drawn = "yes";
    } else box.remove();
  });
}
