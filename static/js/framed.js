/* In a frame on a firm's website: says how high the page is, so that the frame fits it. */
const say = () => parent.postMessage({ roundtable: "height", height: document.documentElement.offsetHeight }, "*");
new ResizeObserver(say).observe(document.documentElement);
say();

/* A frame on another site has no cookies, so its address says in which zone the times are shown: the visitor's own. */
try {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = new URLSearchParams(location.search);
  const shown = document.querySelector("[data-frame-zone]");
  if (zone && shown && shown.dataset.frameZone !== zone && !asked.has("zone") && !document.cookie.includes("tz=")) {
    asked.set("zone", zone);
    location.replace(`?${asked}`);
  }
} catch { /* a browser that does not tell its zone is asked by the form instead */ }
