/* The page without a connection takes numbers too: for the goals that were opened on this phone lately, by the person
   who was here last. They wait where points.js keeps its own, and are sent the next time that person opens a page. */
import { all, goals, keep, line, newKey } from "./pointstore.js";

const place = document.querySelector("[data-offline-goals]");
const say = place ? place.dataset : {};
const LATELY = 60 * 24 * 3600 * 1000;
let count = 0;

const choice = (told) => {
  const box = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const tiles = document.createElement("div");
  legend.className = "label";
  legend.textContent = told.label;
  tiles.className = "tiles cols-3";
  box.append(legend, tiles);
  told.choices.forEach(([value, label, checked]) => {
    const tile = document.createElement("label");
    tile.className = "tile";
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: told.name, value, defaultChecked: checked, required: true });
    const words = document.createElement("span");
    words.textContent = label;
    tile.append(input, words);
    tiles.append(tile);
  });
  return box;
};

const field = (told) => {
  if (told.choices) return choice(told);
  const box = document.createElement("div");
  box.className = "field";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const id = `offline-${(count += 1)}`;
  label.className = "label";
  label.htmlFor = id;
  label.textContent = told.label;
  Object.assign(input, { id, name: told.name, defaultValue: told.value || "", className: "input", inputMode: "decimal", autocomplete: "off", required: true });
  box.append(label, input);
  return box;
};

const form = (goal) => {
  const made = document.createElement("form");
  made.className = "stack stack-4";
  goal.fields.forEach((told) => made.append(field(told)));
  const button = document.createElement("button");
  button.className = "btn btn-primary btn-wide btn-tall";
  button.textContent = say.save;
  const answer = document.createElement("div");
  answer.setAttribute("role", "status");
  made.append(button, answer);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const now = Date.now() / 1000;
    const key = newKey();
    const fields = [["key", key], ["seen_at", now], ["sent_at", now], ...new FormData(made).entries()];
    try {
      await keep({ key, user: goal.user, url: goal.url, name: goal.name, fields, files: [] });
      made.reset();
      answer.replaceChildren(line(say.kept, "ok").box);
      await waiting();
    } catch { answer.replaceChildren(line(say.full, "late").box); }
  });
  return made;
};

const waiting = async () => {
  const rows = (await all()).filter((row) => !row.refused);
  const found = place.querySelector("[data-waiting-now]");
  found.textContent = rows.length ? say.waiting.replace("{n}", rows.length) : "";
};

const show = async () => {
  const rows = (await goals()).filter((goal) => Date.now() - goal.at < LATELY).sort((a, b) => b.at - a.at);
  if (!rows.length) return;
  const mine = rows.filter((goal) => goal.user === rows[0].user);
  const head = document.createElement("h2");
  head.textContent = say.title;
  const told = document.createElement("p");
  told.className = "small";
  told.dataset.waitingNow = "";
  place.append(head, told);
  mine.forEach((goal) => {
    const card = document.createElement("details");
    const name = document.createElement("summary");
    card.className = "card";
    card.open = mine.length === 1;
    name.textContent = goal.name;
    card.append(name, form(goal));
    place.append(card);
  });
  place.hidden = false;
  await waiting();
};
if (place && window.indexedDB) show().catch(() => {});
