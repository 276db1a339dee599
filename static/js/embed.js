/* Put on a firm's own website: <script src="https://<firm>/static/js/embed.js" async></script>
   A frame with the firm's times takes the script's place and is as high as what it shows. */
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const frame = document.createElement("iframe");
  frame.src = `${home}/embed/`;
  frame.title = script.dataset.title || "Booking";
  frame.loading = "lazy";
  frame.style.cssText = "inline-size:100%;block-size:40rem;border:0";
  addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== frame.contentWindow) return;
    if (event.data && event.data.roundtable === "height") frame.style.blockSize = `${Math.min(Math.max(event.data.height, 200), 6000)}px`;
  });
  script.after(frame);
})();
