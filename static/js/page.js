/* What every page may use, each part only if the page has it. Every page works without this file. */
const root = document.documentElement;
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

/* htmx asks with the page's own token: pages carry at least one form (the language switch), so one is always there. */
document.addEventListener("htmx:configRequest", (event) => {
  const near = event.target.closest("form") || document;
  const token = near.querySelector("[name=csrfmiddlewaretoken]") || document.querySelector("[name=csrfmiddlewaretoken]");
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
});

/* A request that failed says so in the page's language. */
const failed = (event) => {
  const { status } = event.detail.xhr || {};
  const words = document.getElementById(status === 401 || status === 403 ? "toast-refused" : "toast-failed");
  const place = document.getElementById("toasts");
  if (words && place) place.append(words.content.cloneNode(true));
};
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);

/* The server would rather greet a visitor in their own time zone than ask for it. */
try {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`tz=${encodeURIComponent(zone)}`)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `tz=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    /* The first page that this browser opens here may show times: they come again, in its own zone. */
    const shown = document.querySelector("[data-zone-shown]");
    const chosen = new URLSearchParams(location.search).has("zone");
    if (shown && shown.dataset.zoneShown !== zone && !chosen && document.cookie.includes("tz=")) location.reload();
  }
  each("input[data-timezone]", (field) => { if (!field.value) field.value = zone; });
} catch { /* a browser that does not tell its zone is asked by the form instead */ }

/* One press, one post. The button stays pressable for assistive technology but a second submit is dropped. */
const free = (form) => {
  delete form.dataset.busy;
  /* `elements` knows a button that stands outside the form and names it, too. */
  for (const button of form.elements) {
    if (!("held" in button.dataset)) continue;
    button.removeAttribute("aria-disabled");
    delete button.dataset.held;
  }
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  form.dataset.busy = "1";
  const button = event.submitter;
  if (button) { button.dataset.held = ""; button.setAttribute("aria-disabled", "true"); }
}, true);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) free(form);
});
addEventListener("pageshow", (event) => { if (event.persisted) each("form[data-busy]", free); });

/* The error summary takes focus, so that it is read out and its links are next. */
const readErrors = (scope) => {
  const summary = scope.querySelector(".errsum[data-focus]");
  if (summary) summary.focus();
};
readErrors(document);
document.addEventListener("htmx:afterSettle", (event) => readErrors(event.target));

/* What is only true where this file runs. */
each("[data-alone]", (words) => { words.hidden = false; });

/* What is shown once can be printed, or copied, a line for each element the button names. */
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) print();
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const lines = Array.from(document.querySelectorAll(button.dataset.copy), (one) => one.textContent);
  const says = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(lines.join("\n"));
    says.textContent = says.dataset.copied;
  } catch { says.textContent = says.dataset.failed; }
});

/* Dialogs: a link to #id opens the <dialog id>. Without script the link shows it by :target. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); if (!dialog.open) dialog.showModal(); }
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog && dialog.open) { event.preventDefault(); dialog.close(); return; }
    const toast = closer.closest(".toast");
    if (toast) toast.remove();
  }
  each("details.menu[open]", (menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  each("details.menu[open]", (menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});

/* Fields that answer at once: a changed choice asks the server, the button inside <noscript> is for those without. */
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

/* Who signs out leaves no list of goals on the phone. Numbers that wait to be sent stay, with their person. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!new URL(form.action, location.href).pathname.endsWith("/sign-out/") || !window.indexedDB) return;
  event.preventDefault();
  const done = import("./pointstore.js").then((place) => place.forget()).catch(() => {});
  Promise.race([done, new Promise((late) => setTimeout(late, 1000))]).then(() => form.submit());
});

/* A page that says "you are offline". It keeps that page and its looks, and nothing else. */
const worker = root.dataset.worker;
if (worker && "serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
}
