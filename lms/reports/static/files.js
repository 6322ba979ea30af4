// A file that is being made: how far it is, until it can be fetched. Without a script there is a link to look again.

const EVERY = 1000;
const LONGEST = 15000;

const watch = (box) => {
  const bar = box.querySelector("progress");
  const said = box.querySelector("[data-making-done]");
  let pause = EVERY;

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.making, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { done, finished } = await answer.json();
      if (finished) {
        location.reload();
        return;
      }
      bar.value = done;
      said.textContent = done.toLocaleString("en-GB");
      pause = EVERY;
    } catch {
      pause = Math.min(pause * 2, LONGEST); // not reached for the moment, or signed out: the link still leads on
    }
    setTimeout(look, pause);
  };
  setTimeout(look, EVERY);
};

for (const box of document.querySelectorAll("[data-making]")) watch(box);
