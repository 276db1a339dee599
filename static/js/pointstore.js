/* The place on the phone where numbers wait, and what the offline page needs of a goal to take one: its name, its
   fields and where to send it. No child's name, no text of a goal, no number that was sent. */
const store = () => new Promise((done, failed) => {
  const ask = indexedDB.open("roundtable-points", 2);
  ask.onupgradeneeded = () => {
    const names = ask.result.objectStoreNames;
    if (!names.contains("points")) ask.result.createObjectStore("points", { keyPath: "key" });
    if (!names.contains("goals")) ask.result.createObjectStore("goals", { keyPath: "url" });
  };
  ask.onsuccess = () => { ask.result.onversionchange = () => ask.result.close(); done(ask.result); };
  ask.onerror = () => failed(ask.error);
});
const work = async (name, mode, act) => {
  const base = await store();
  return new Promise((done, failed) => {
    const line = base.transaction(name, mode);
    const ask = act(line.objectStore(name));
    line.oncomplete = () => { base.close(); done(ask.result); };
    line.onerror = () => { base.close(); failed(line.error); };
  });
};
export const all = () => work("points", "readonly", (rows) => rows.getAll());
export const keep = (row) => work("points", "readwrite", (rows) => rows.put(row));
export const drop = (key) => work("points", "readwrite", (rows) => rows.delete(key));
export const goals = () => work("goals", "readonly", (rows) => rows.getAll());
export const remember = (goal) => work("goals", "readwrite", (rows) => rows.put(goal));
export const forget = (url) => work("goals", "readwrite", (rows) => (url ? rows.delete(url) : rows.clear()));

export const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));

export const line = (text, kind) => {
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.s = kind;
  const body = document.createElement("div");
  body.textContent = text;
  box.append(body);
  return { box, body };
};
