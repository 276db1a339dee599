/* Sending papers: shows what was picked, in order; makes photos small enough to send; tells how much has arrived.
   Without this file the form sends what was picked in one go. */
const LONGEST = 2200;
const MOST = 25 * 1024 * 1024;

export const shrink = async (file) => {
  if (!/^image\/(jpeg|png)$/.test(file.type) || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = LONGEST / Math.max(picture.width, picture.height);
    if (scale >= 1 && file.size < 1.5 * 1024 * 1024) { picture.close(); return file; }
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * Math.min(scale, 1));
    canvas.height = Math.round(picture.height * Math.min(scale, 1));
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return small && small.size < file.size ? new File([small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch { return file; /* the server can make it smaller too */ }
};

const begin = (form) => {
  const place = form.querySelector("[data-drop]");
  const list = place.querySelector("[data-chosen]");
  const sum = place.querySelector("[data-sum]");
  const bar = place.querySelector("[data-progress]");
  const words = place.querySelector("[data-words]").dataset;
  let chosen = [];
  let busy = 0;

  const button = (label, name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-quiet";
    made.textContent = label;
    made.setAttribute("aria-label", `${label}: ${name}`);
    made.addEventListener("click", act);
    return made;
  };

  const show = (focus) => {
    list.hidden = chosen.length === 0;
    list.replaceChildren(...chosen.map((file, at) => {
      const row = document.createElement("li");
      const line = document.createElement("div");
      const name = document.createElement("b");
      name.textContent = file.name;
      const size = document.createElement("span");
      size.className = file.size > MOST ? "err" : "small muted";
      size.textContent = file.size > MOST ? words.large : `${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB`;
      line.append(name, size);
      const move = (by) => () => { chosen.splice(at + by, 0, ...chosen.splice(at, 1)); show(at + by); };
      if (at > 0) line.append(button(words.up, file.name, move(-1)));
      if (at < chosen.length - 1) line.append(button(words.down, file.name, move(1)));
      line.append(button(words.drop, file.name, () => { chosen.splice(at, 1); show(Math.min(at, chosen.length - 1)); }));
      row.append(line);
      return row;
    }));
    sum.textContent = chosen.length === 0 ? "" : chosen.length === 1 ? words.one : words.many.replace("{n}", chosen.length);
    if (focus !== undefined && list.children[focus]) list.children[focus].querySelector("button").focus();
  };

  const take = async (files) => {
    busy += 1;
    for (const file of files) { chosen.push(await shrink(file)); show(); }
    busy -= 1;
  };

  form.querySelectorAll("input[type=file]").forEach((input) => {
    input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; take(files); });
  });
  ["dragover", "dragleave", "drop"].forEach((kind) => place.addEventListener(kind, (event) => {
    event.preventDefault();
    place.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop") take([...event.dataTransfer.files]);
  }));

  const free = () => {
    delete form.dataset.busy;
    for (const held of form.elements) if ("held" in held.dataset) { held.removeAttribute("aria-disabled"); delete held.dataset.held; }
  };

  form.addEventListener("submit", async (event) => {
    if (!chosen.length && !busy) return; /* the server asks for a file in its own words */
    event.preventDefault();
    while (busy) await new Promise((done) => setTimeout(done, 50));
    const told = new FormData(form);
    told.delete("photos");
    told.delete("paper");
    chosen.forEach((file) => told.append("paper", file, file.name));
    const line = new XMLHttpRequest();
    line.open("POST", form.action || location.href);
    line.setRequestHeader("X-Sent-By", "script");
    bar.hidden = false;
    line.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = Math.round((100 * step.loaded) / step.total);
      sum.textContent = step.loaded < step.total ? words.sending.replace("{n}", bar.value) : words.sent;
    });
    const failed = () => { bar.hidden = true; sum.textContent = words.lost; free(); };
    line.addEventListener("error", failed);
    line.addEventListener("timeout", failed);
    line.addEventListener("load", () => {
      const next = line.getResponseHeader("X-Continue");
      if (line.status < 400) { location.assign(next || line.responseURL); return; }
      if (line.status !== 422 && line.status !== 409) { failed(); return; }
      /* The answer is the same page with its errors; what was picked stays picked. */
      const answer = new DOMParser().parseFromString(line.responseText, "text/html");
      free();
      const main = document.querySelector("main");
      main.replaceWith(document.adoptNode(answer.querySelector("main")));
      const again = document.querySelector("form[data-upload]");
      const kept = chosen;
      begin(again).take(kept);
      const summary = document.querySelector(".errsum");
      if (summary) summary.focus();
    });
    line.send(told);
  });
  return { take };
};

document.querySelectorAll("form[data-upload]").forEach(begin);
