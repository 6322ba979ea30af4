// A form marked `data-enhance` inside a block is sent without loading the whole page anew: the block is replaced by
// the same block of the page that comes back. Whatever goes wrong, the form and what was typed in it stay.

const SIGNED_OUT = 401, CONFLICT = 409, WRONG = 422;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const section = form.closest("section[id^='block-']");
  if (event.defaultPrevented || !form.matches("form[data-enhance]") || !section) return;
  event.preventDefault();
  if (section.getAttribute("aria-busy") !== "true") send(form, section, event.submitter, true);
});

const send = async (form, section, submitter, mayRetry) => {
  section.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(submitter?.getAttribute("formaction") || form.action, {
      method: "POST",
      body: fields(form, submitter),
      headers: { "X-Requested-With": "fetch", Accept: "text/html, application/json;q=0.9" },
    });
    await take(response, form, section, submitter, mayRetry);
  } catch {
    tell(form, "There is no connection at the moment. What you wrote is still here: please try again.");
  } finally {
    section.removeAttribute("aria-busy");
  }
};

const fields = (form, submitter) => {
  const data = new FormData(form);
  if (submitter?.name) data.append(submitter.name, submitter.value);
  return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
};

const take = async (response, form, section, submitter, mayRetry) => {
  if (response.status === SIGNED_OUT) return sendPlainly(form, submitter);
  const isPage = (response.headers.get("Content-Type") || "").startsWith("text/html");
  // A conflict that comes as a page shows both texts in the place of the block.
  if (isPage && (response.ok || [WRONG, CONFLICT].includes(response.status))) return replace(section, response, form);
  const answer = isPage ? {} : await response.json().catch(() => ({}));
  if (response.status === CONFLICT && answer.csrf_token && mayRetry) {
    document.dispatchEvent(new CustomEvent("cares:token", { detail: answer.csrf_token }));
    return send(form, section, submitter, false);
  }
  return tell(form, answer.message || "That did not work. What you wrote is still here: please try again.");
};

// The server keeps what is sent by someone whose sign-in has ended, and gives it back after the next one.
const sendPlainly = (form, submitter) => {
  form.removeAttribute("data-enhance");
  form.requestSubmit(submitter?.form === form ? submitter : undefined);
};

const replace = async (section, response, form) => {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById(section.id);
  const elsewhere = response.redirected && new URL(response.url).pathname !== location.pathname;
  if (!fresh || elsewhere) return location.assign(response.url);
  const held = focusMark(section), hasGoneOn = isElsewhere(section);
  form.dispatchEvent(new CustomEvent("cares:sent", { bubbles: true }));
  const arrived = document.importNode(fresh, true);
  section.replaceWith(arrived);
  const token = page.querySelector('meta[name="csrf-token"]');
  if (token) document.dispatchEvent(new CustomEvent("cares:token", { detail: token.content }));
  arrived.dispatchEvent(new CustomEvent("cares:replaced", { bubbles: true }));
  settle(arrived, held, hasGoneOn);
};

// Whoever has gone on to another part of the page meanwhile must not be torn away from it.
const isElsewhere = (section) => {
  const active = document.activeElement;
  return active && active !== document.body && !section.contains(active);
};

// What a screen reader was on, so that it can stay there.
const focusMark = (section) => {
  const held = section.contains(document.activeElement) ? document.activeElement : null;
  return held?.id ? `#${CSS.escape(held.id)}` : held?.name ? `[name="${CSS.escape(held.name)}"]` : null;
};

const settle = (section, held, hasGoneOn) => {
  const news = section.querySelector("[data-news]");
  if (hasGoneOn) {
    if (news) document.dispatchEvent(new CustomEvent("cares:say", { detail: news.textContent.trim() }));
    return;
  }
  const goal = section.querySelector("[aria-invalid='true']") || news || (held && section.querySelector(held))
    || section.querySelector("h2, h3") || section;
  if (!goal.matches("a, button, input, select, textarea")) goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
  goal.scrollIntoView({ block: "nearest" });
  if (news && goal !== news) document.dispatchEvent(new CustomEvent("cares:say", { detail: news.textContent.trim() }));
};

const tell = (form, words) => {
  let note = form.querySelector(".form-note");
  if (!note) {
    note = document.createElement("p");
    note.className = "form-note alert alert-warning";
    note.setAttribute("role", "alert");
    form.append(note);
  }
  note.textContent = words;
};
