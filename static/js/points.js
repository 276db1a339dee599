/* Adding a number from a phone: bigger and smaller by a tap, a clock, and a place on the phone where numbers wait
   while there is no connection. Each number has a key of its own, so that it counts once however often it is sent.
   Without this file the page is a plain form. */
import { shrink } from "./papers.js";
import { all, drop, forget, goals, keep, line, newKey, remember } from "./pointstore.js";

const place = document.querySelector("[data-queue]");
const words = document.querySelector("[data-queue-words]");
const say = words ? words.dataset : {};
const now = () => Date.now() / 1000;

const show = async () => {
  if (!place) return;
  const rows = await all();
  const mine = rows.filter((row) => row.user === say.user);
  const found = [];
  const waiting = mine.filter((row) => !row.refused);
  if (waiting.length) found.push(line(say.waiting.replace("{n}", waiting.length), "soon").box);
  mine.filter((row) => row.refused).forEach((row) => {
    const { box, body } = line(`${say.refused} ${row.refused} `, "late");
    const link = document.createElement("a");
    link.href = row.url;
    link.textContent = row.name;
    link.addEventListener("click", () => drop(row.key));
    body.append(link);
    found.push(box);
  });
  if (rows.length > mine.length) found.push(line(say.other, "info").box);
  place.className = found.length ? "queued" : "";
  place.replaceChildren(...found);
};

/* --- sending what waits --- */
let sending = false;
const flush = async () => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (sending || !say.user || !token) return;
  sending = true;
  let sent = 0;
  try {
    for (const row of await all()) {
      if (row.user !== say.user || row.refused) continue;
      const told = new FormData();
      row.fields.forEach(([name, value]) => told.append(name, value));
      row.files.forEach((file) => told.append("paper", file, file.name));
      told.set("csrfmiddlewaretoken", token.value);
      told.set("sent_at", now());
      const answer = await fetch(row.url, { method: "POST", body: told, headers: { "X-Sent-By": "queue" }, redirect: "manual" });
      if (answer.status === 200 || answer.status === 201) { await drop(row.key); sent += 1; continue; }
      if (answer.status === 422) { await keep({ ...row, refused: await answer.text() }); continue; }
      if (answer.status === 404) { await keep({ ...row, refused: " " }); continue; }
      break; /* signed out, or the server is busy: later */
    }
  } catch { /* no connection yet */ }
  sending = false;
  await show();
  if (sent && !document.querySelector("form[data-point]")) location.reload();
};

if (place && window.indexedDB) {
  show().then(flush).catch(() => {});
  addEventListener("online", flush);
  setInterval(() => { if (navigator.onLine !== false) all().then((rows) => { if (rows.length) flush(); }).catch(() => {}); }, 30000);
}

/* --- the form --- */
const button = (label, name, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = label;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
};

const step = (field, by) => {
  const value = Number(field.value.replace(",", ".")) || 0;
  field.value = Math.max(0, Math.round((value + by) * 100) / 100);
  field.dispatchEvent(new Event("change", { bubbles: true }));
};

const dress = (form) => {
  const kind = (form.querySelector("[data-value]") || { dataset: {} }).dataset;
  form.querySelectorAll("input[data-stepper]").forEach((field) => {
    const row = document.createElement("div");
    row.className = "stepper";
    field.replaceWith(row);
    row.append(button("−", say.less || "-", () => step(field, -1)), field, button("+", say.more || "+", () => step(field, 1)));
    if (field.name === "part" && (kind.value === "frequency" || kind.value === "rate") && say.tap) {
      const tap = button(say.tap, say.tap, () => step(field, 1));
      tap.classList.add("btn-tap");
      row.append(tap);
    }
    if (field.name === "value" && (kind.value === "duration" || kind.value === "latency") && say.start) {
      let began = 0;
      const clock = button(say.start, say.start, () => {
        if (!began) { began = Date.now(); clock.textContent = say.stop; clock.setAttribute("aria-label", say.stop); return; }
        const seconds = (Date.now() - began) / 1000;
        field.value = kind.unit === "s" ? Math.round(seconds) : Math.round(seconds / 6) / 10;
        began = 0;
        clock.textContent = say.start;
        clock.setAttribute("aria-label", say.start);
      });
      clock.classList.add("btn-tap");
      row.append(clock);
    }
  });
  const picked = form.querySelector("[data-picked]");
  form.querySelectorAll("input[type=file]").forEach((input) => input.addEventListener("change", () => {
    if (picked) picked.textContent = [...form.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]).map((file) => file.name).join(", ");
  }));
};

const free = (form) => {
  delete form.dataset.busy;
  for (const held of form.elements) if ("held" in held.dataset) { held.removeAttribute("aria-disabled"); delete held.dataset.held; }
};

const fresh = (form) => {
  const key = form.querySelector("[name=key]");
  form.reset();
  key.value = newKey();
};

const begin = (form) => {
  dress(form);
  form.addEventListener("submit", async (event) => {
    if (!window.indexedDB) return;
    event.preventDefault();
    form.querySelector("[name=seen_at]").value = now();
    const inputs = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    const files = [];
    for (const file of inputs) files.push(await shrink(file));
    const told = new FormData(form);
    ["photos", "paper"].forEach((name) => told.delete(name));
    const fields = [...told.entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
    files.forEach((file) => told.append("paper", file, file.name));
    told.set("sent_at", now());
    let answer;
    try {
      answer = await fetch(form.action || location.href, { method: "POST", body: told, headers: { "X-Sent-By": "script" } });
    } catch { answer = null; }
    if (answer && answer.status === 204) { location.assign(answer.headers.get("X-Continue")); return; }
    if (answer && answer.status === 422) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = document.adoptNode(page.querySelector("main"));
      document.querySelector("main").replaceWith(next);
      begin(next.querySelector("form[data-point]"));
      const summary = next.querySelector(".errsum");
      if (summary) summary.focus();
      return;
    }
    if (answer && answer.status < 500 && answer.status !== 403) { free(form); form.submit(); return; }
    const row = { key: String(told.get("key")), user: say.user, url: location.pathname + location.search, name: document.querySelector("h1").textContent, fields, files };
    try {
      await keep(row);
      fresh(form);
      await show();
      place.append(line(say.kept, "ok").box);
      place.className = "queued";
      place.scrollIntoView({ block: "center" });
    } catch { /* the phone keeps nothing: what was typed stays in the form */ }
    free(form);
  });
};
/* --- what the page without a connection needs to take a number for this goal --- */
const said = (root, pick) => { const found = root && root.querySelector(pick); return found ? found.textContent.trim() : ""; };
const learn = (form) => {
  const fields = ["part", "value", "whole", "setting"].map((name) => {
    const inputs = [...form.querySelectorAll(`input[name=${name}]`)];
    if (!inputs.length) return null;
    const group = inputs[0].closest("fieldset");
    if (inputs[0].type !== "radio") return { name, label: said(form, `label[for="${inputs[0].id}"]`), value: inputs[0].defaultValue };
    return { name, label: said(group, "legend"), choices: inputs.map((one) => [one.value, one.closest("label").textContent.trim(), one.defaultChecked]) };
  });
  return { url: location.pathname, user: say.user, name: document.querySelector("h1").textContent, fields: fields.filter(Boolean), at: Date.now() };
};
const learnt = async () => {
  for (const goal of await goals()) if (goal.user !== say.user) await forget(goal.url);
  const form = document.querySelector("form[data-point]");
  if (form && !form.querySelector("[name=typed]")) await remember(learn(form));
};
if (say.user && window.indexedDB) learnt().catch(() => {});

document.querySelectorAll("form[data-point]").forEach(begin);
document.querySelectorAll("form:not([data-point]) [data-value]").forEach((part) => dress(part.closest("form")));
