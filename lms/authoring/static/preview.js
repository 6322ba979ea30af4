// The preview shows what was saved last: it is loaded anew when a form says that it has saved.

const frame = document.querySelector("iframe[data-preview]");
const showAnew = () => {
  const shown = frame.contentDocument; // none, where the browser shows a page of its own: it lets nobody look in
  if (!shown) { frame.src = frame.getAttribute("src"); return; }
  const place = frame.contentWindow.scrollY;
  frame.addEventListener("load", () => frame.contentDocument && frame.contentWindow.scrollTo(0, place), { once: true });
  shown.location.reload();
};

if (frame) {
  new MutationObserver((changes) => {
    if (changes.some((change) => change.target.dataset.state === "saved")) showAnew();
  }).observe(document.querySelector("main"), { subtree: true, attributeFilter: ["data-state"] });
}
