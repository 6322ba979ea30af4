// The code on the wall is another one each minute: the next is taken out of the same page, without loading it anew.
// Without a script the page loads itself. A code is good for a minute longer than it is shown.

const SECOND = 1000, SOON = 2 * SECOND, GOOD_AFTER = 60 * SECOND;

const turn = (box) => {
  const lost = document.querySelector("[data-code-lost]");
  let timer, endsAt;

  const wait = (seconds) => {
    endsAt = Date.now() + seconds * SECOND + GOOD_AFTER;
    timer = setTimeout(look, seconds * SECOND);
  };

  const look = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
      if (answer.redirected) return location.reload(); // signed out meanwhile
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-turns-in]");
      if (!fresh) return location.reload(); // it is over
      box.replaceChildren(...document.importNode(fresh, true).childNodes);
      box.hidden = false;
      lost.hidden = true;
      wait(Number(fresh.dataset.turnsIn));
    } catch {
      // One that is good no more would only send people away.
      if (Date.now() > endsAt) box.hidden = !(lost.hidden = false);
      timer = setTimeout(look, SOON);
    }
  };

  // A computer that slept has missed its turn.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  wait(Number(box.dataset.turnsIn));
};

for (const box of document.querySelectorAll("[data-turns-in]")) turn(box);
