// Where the reader is, and for how long the page was really read: visible, and a sign of life in the last minute.

const article = document.querySelector("[data-reading]");
const EVERY = 20000, IDLE = 60000, HEADROOM = 120;

if (article) {
  let seconds = 0, sentAnchor = null, lastSign = Date.now(), isOver = false;

  const anchorInView = () => {
    if (scrollY < HEADROOM) return "";
    const places = article.querySelectorAll('[id^="at-"], [id^="block-"]:not([id$="-title"])');
    for (const place of places) if (place.getBoundingClientRect().bottom > HEADROOM) return place.id;
    return places.length ? places[places.length - 1].id : "";
  };

  const report = async () => {
    const anchor = anchorInView();
    if (isOver || (!seconds && anchor === sentAnchor)) return;
    const told = seconds;
    seconds = 0;
    sentAnchor = anchor;
    try {
      const response = await fetch(article.dataset.reading, {
        method: "POST",
        keepalive: true,
        body: new URLSearchParams({ seconds: told, anchor }),
        headers: {
          "X-Requested-With": "fetch",
          "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content || "",
        },
      });
      if (response.status === 409) {
        document.dispatchEvent(new CustomEvent("cares:token", { detail: (await response.json()).csrf_token }));
        seconds += told;
      } else if (response.status >= 500) seconds += told;
      else isOver = !response.ok;
    } catch {
      seconds += told; // no connection: it is told with the next report
    }
  };

  const signOfLife = () => { lastSign = Date.now(); };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"]) {
    addEventListener(kind, signOfLife, { passive: true });
  }
  addEventListener("scroll", signOfLife, { passive: true });
  setInterval(() => {
    if (document.visibilityState === "visible" && Date.now() - lastSign < IDLE) seconds += 1;
  }, 1000);
  setInterval(report, EVERY);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") report(); });
  addEventListener("pagehide", report);

  // Back at the very place: a quiet mark, and the keyboard and the screen reader go on from here.
  const place = /^#(at|block)-[\w-]+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  const cameFrom = document.referrer && new URL(document.referrer).pathname;
  if (place) {
    if (cameFrom !== location.pathname) {
      const mark = document.createElement("span");
      mark.className = "stopped-here-mark no-print";
      mark.textContent = "You stopped here";
      if (place.matches("section, figure, blockquote")) place.prepend(mark);
      else place.before(mark);
    }
    place.tabIndex = -1;
    place.classList.add("stopped-here");
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start", behavior: "instant" });
  }
}
