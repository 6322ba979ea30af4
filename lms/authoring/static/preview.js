// The preview shows what was saved last: it is loaded anew when a form says that it has saved.

const frame = document.querySelector("iframe[data-preview]");
const showAnew = () => {
  const place = frame.contentWindow.scrollY;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, place), { once: true });
  frame.contentWindow.location.reload();
};

if (frame) {
  new MutationObserver((changes) => {
    if (changes.some((change) => change.target.dataset.state === "saved")) showAnew();
  }).observe(document.querySelector("main"), { subtree: true, attributeFilter: ["data-state"] });
}
