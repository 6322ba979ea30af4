// What every page can do with a script: tell what happened, print, and open a source that is linked to.
// Every file stands in a block of its own (lms/ui/assets.py); they talk by events of the document:
// "cares:say" speaks to a screen reader, "cares:token" brings a fresh token, "cares:replaced" follows a new block.

const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);

document.addEventListener("cares:say", (event) => {
  live.textContent = "";
  setTimeout(() => { live.textContent = event.detail; }, 50);
});

document.addEventListener("cares:token", (event) => {
  for (const meta of document.querySelectorAll('meta[name="csrf-token"]')) meta.content = event.detail;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = event.detail;
});

const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const closed = target && target.closest("details:not([open])");
  if (!closed) return;
  closed.open = true;
  target.scrollIntoView();
  target.focus({ preventScroll: true });
};
addEventListener("hashchange", reveal);
reveal();

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details[data-print-open]:not([open])")) {
    details.open = true;
    details.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-printed]")) {
    details.open = false;
    delete details.dataset.printed;
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
