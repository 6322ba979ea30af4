// Lines to put in order: with a script they are moved up and down; without one, each has a list of places.

const put = (words, icon, then) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = icon;
  button.setAttribute("aria-label", words);
  button.addEventListener("click", then);
  return button;
};

const arrange = (set) => {
  const list = set.querySelector(".lines");
  const rows = [...list.children].map((row) => ({
    row, label: row.querySelector("label"), select: row.querySelector("select"),
  }));
  const given = rows.every(({ select }) => select.value !== "");
  if (given) rows.sort((one, other) => one.select.value - other.select.value);
  set.querySelector("legend").textContent = "Put these in order: the first on top. Move a line with its arrows.";

  const settle = (isAnswered) => {
    rows.forEach((entry, place) => {
      list.append(entry.row);
      entry.number.textContent = `${place + 1}.`;
      entry.up.disabled = place === 0;
      entry.down.disabled = place === rows.length - 1;
      if (isAnswered) entry.select.value = String(place);
    });
  };

  const move = (entry, by) => {
    const from = rows.indexOf(entry);
    rows.splice(from, 1);
    rows.splice(from + by, 0, entry);
    settle(true);
    const button = by < 0 ? entry.up : entry.down;
    (button.disabled ? (by < 0 ? entry.down : entry.up) : button).focus();
    entry.select.dispatchEvent(new Event("input", { bubbles: true }));
    const told = `${entry.words}: place ${rows.indexOf(entry) + 1} of ${rows.length}`;
    document.dispatchEvent(new CustomEvent("cares:say", { detail: told }));
  };

  for (const entry of rows) {
    entry.words = entry.label.textContent.trim();
    entry.number = document.createElement("span");
    entry.number.className = "order-place";
    entry.number.setAttribute("aria-hidden", "true");
    entry.label.prepend(entry.number);
    entry.up = put(`Move up: ${entry.words}`, "↑", () => move(entry, -1));
    entry.down = put(`Move down: ${entry.words}`, "↓", () => move(entry, 1));
    const buttons = document.createElement("span");
    buttons.className = "order-move";
    buttons.append(entry.up, entry.down);
    entry.select.hidden = true;
    entry.row.append(buttons);
  }
  settle(given);
  // The order as it stands is an answer too, once the form is sent.
  set.closest("form").addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("data-answers")) settle(true);
  });
};

const attend = () => {
  for (const set of document.querySelectorAll("[data-order]:not([data-arranged])")) {
    set.dataset.arranged = "";
    arrange(set);
  }
};

attend();
document.addEventListener("cares:replaced", attend);
