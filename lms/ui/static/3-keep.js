// Typed text is never lost. A form with `data-autosave="<address>"` is saved as one writes; a form with a
// `data-keep` box, until it is sent. What the server does not have yet is kept on this device, encrypted with a key
// that only the signed-in owner can fetch and that is never stored here; signing out wipes it.
//
// The address takes the form and answers 200 {version, saved_at} (and `is_new` where the page has another form for it
// now: it is loaded anew); 409 {version, fields} when there is a newer text
// (and `is_form` where other boxes may be needed to show it);
// 401; 422 {errors}. The form's field `version` says which text this one is based on.

const PREFIX = "cares-keep|";
const SAVE_AFTER = 1500, KEEP_AFTER = 300, LEAST_WAIT = 4000, MOST_WAIT = 60000;
const FORMS = "form[data-autosave], form:has([data-keep])";
const OURS = new Set(["csrf_token", "version", "sitting"]);
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const keepers = new Map();

/* The key of this device's copy: asked for once a page, held in memory alone. */

let ownKey = null;
const unlock = () => {
  ownKey ||= fetchKey().catch(() => { ownKey = null; return null; });
  return ownKey;
};

const fetchKey = async () => {
  if (!globalThis.crypto?.subtle || !meta("device-key")) return null; // plain http: nothing can be kept safely
  const response = await ask(meta("device-key"), new URLSearchParams({ csrf_token: meta("csrf-token") }));
  if (!response.ok) throw new Error("no key");
  const { key, owner } = await response.json();
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  return { owner, key: await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]) };
};

const seal = async ({ key, owner }, address, value) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const about = new TextEncoder().encode(`${owner} ${address}`);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, key, plain);
  return JSON.stringify([[...iv], toText(new Uint8Array(sealed))]);
};

const open = async ({ key, owner }, address, stored) => {
  const [iv, sealed] = JSON.parse(stored);
  const about = new TextEncoder().encode(`${owner} ${address}`);
  const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(iv), additionalData: about };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes)));
};

const toText = (bytes) => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

/* Nothing moves under a finger: what is to be said while a button is pressed waits until it is let go, or for a second. */
const LONGEST_PRESS = 1000;
let pressed = null;
addEventListener("pointerdown", () => {
  pressed = new Promise((letGo) => {
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(letGo), { once: true });
    setTimeout(letGo, LONGEST_PRESS);
  });
}, true);

const ask = (address, body, keepalive = false) => fetch(address, {
  method: "POST", body, keepalive, headers: { "X-Requested-With": "fetch", Accept: "application/json" },
});

class Keeper {
  constructor(form) {
    this.form = form;
    this.address = form.dataset.autosave || "";
    this.name = form.dataset.keepAs || this.address || new URL(form.action).pathname;
    this.wait = LEAST_WAIT;
    this.isUnsent = false;
    this.saving = null;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusin", () => unlock(), { once: true });
    form.addEventListener("focusout", () => this.isUnsent && this.save());
    form.addEventListener("cares:sent", () => this.settled());
    form.addEventListener("submit", (event) => this.sentByHand(event));
    void this.status; // its place is there from the start, so that no button moves away under a finger
    this.restore();
  }

  get fields() {
    const pairs = [...new FormData(this.form)].filter(([name, value]) => !OURS.has(name) && typeof value === "string");
    const fields = {};
    for (const [name, value] of pairs) fields[name] = name in fields ? [fields[name], value].flat() : value;
    return fields;
  }

  boxes(name) { return [...this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]; }

  // What was chosen, in the words beside it; what was written, as it is.
  worded([name, value]) {
    const boxes = this.boxes(name), values = [value].flat();
    if (boxes[0]?.matches("select")) {
      const choice = [...boxes[0].options].find((option) => values.includes(option.value))?.textContent || "";
      return `${boxes[0].labels[0]?.textContent.trim() || ""}: ${choice}`;
    }
    if (boxes[0]?.matches("textarea") && this.form.querySelectorAll("textarea").length > 1 && values.join("").trim()) {
      return `${boxes[0].labels[0]?.textContent.trim() || ""}\n${values.join("; ")}`;
    }
    if (!boxes[0]?.matches("[type=radio], [type=checkbox]")) return values.join("; ");
    return boxes.filter((box) => values.includes(box.value)).map((box) => box.labels[0]?.textContent.trim()).join("; ");
  }

  get version() { return this.form.elements.namedItem("version"); }

  get status() {
    let place = this.form.querySelector("[data-keep-status]");
    if (!place) {
      place = document.createElement("p");
      const boxes = this.form.querySelectorAll("textarea");
      (boxes[boxes.length - 1] || this.form.lastElementChild).after(place);
      place.dataset.keepStatus = "";
    }
    place.classList.add("keep-status");
    place.setAttribute("role", "status");
    return place;
  }

  say(words, state = "") {
    const place = this.status;
    if (place.textContent !== words) place.textContent = words;
    place.dataset.state = state;
  }

  changed() {
    this.isUnsent = true;
    this.changes = (this.changes || 0) + 1;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEEP_AFTER);
    if (!this.address || this.conflict) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  // What is being saved has to be saved first: only then does the form know which version it is based on. And who has
  // no connection stays here, with what they did: the browser would show a page that says nothing of it. A form that is
  // sent without leaving the page (2-enhance.js) stays anyway, and says itself what went wrong.
  // `data-save-first` on a form: what was typed is saved before a button does something with it, so that no copy of it
  // stays on the device, to come back where something else stands then. `data-drops` on a button: it goes with it.
  sentByHand(event) {
    clearTimeout(this.timer);
    const { submitter } = event, drops = submitter?.matches("[data-drops]");
    const savesFirst = "saveFirst" in this.form.dataset && !drops;
    const isFirst = savesFirst && this.isUnsent && !this.isTried && !this.conflict && !this.isOut;
    this.isTried = false;
    if (event.defaultPrevented || !this.saving && !this.isStuck && !isFirst) {
      if (drops) this.settled();
      else this.keep();
      return;
    }
    event.preventDefault();
    this.save().then(() => {
      if (this.isStuck || savesFirst && (this.isRefused || this.conflict)) return;
      this.isTried = true;
      this.form.requestSubmit(submitter);
    });
  }

  get isStuck() {
    const isHeld = !this.address || this.conflict || this.isOut || this.form.matches("[data-enhance]");
    return !isHeld && (this.isAway || navigator.onLine === false);
  }

  async keep() {
    if (!this.isUnsent) return false;
    const lock = await unlock();
    if (!lock || !this.isUnsent) return false;
    const value = { fields: this.fields, version: this.version?.value };
    const sealed = await seal(lock, this.name, value);
    if (!this.isUnsent) return false;
    try {
      localStorage.setItem(PREFIX + lock.owner + this.name, sealed);
      return true;
    } catch {
      return false; // no room left, or storage is switched off
    }
  }

  async forget() {
    clearTimeout(this.keeping);
    const lock = ownKey && await ownKey;
    if (lock && !this.isUnsent) localStorage.removeItem(PREFIX + lock.owner + this.name);
  }

  save(keepalive = false) {
    clearTimeout(this.timer);
    if (!this.address || this.conflict || this.isOut) return Promise.resolve();
    this.saving ||= this.send(keepalive).finally(() => { this.saving = null; });
    return this.saving;
  }

  async send(keepalive, mayRetry = true) {
    const changes = this.changes;
    this.say("Saving…");
    let response;
    try {
      response = await ask(this.address, new URLSearchParams(new FormData(this.form)), keepalive);
    } catch {
      await pressed;
      return this.later("No connection.");
    }
    const answer = await response.json().catch(() => ({}));
    await pressed;
    this.isRefused = response.status === 422;
    if (response.ok) return this.saved(answer, changes);
    if (response.status === 409 && answer.csrf_token && mayRetry) {
      document.dispatchEvent(new CustomEvent("cares:token", { detail: answer.csrf_token }));
      return this.send(keepalive, false);
    }
    if (response.status === 409 && answer.fields) return this.askWhich(answer);
    if (response.status === 401) return this.signedOut(answer);
    if (this.isRefused) return this.refused(answer);
    return this.later(response.status === 413 ? "This text is too long to be sent." : "");
  }

  refused({ errors = {} }) {
    this.isAway = false;
    this.say(Object.values(errors).flat()[0] || "Please look at this text again.", "kept");
  }

  saved({ version, saved_at: at, is_new: isNew }, changes) {
    this.isAway = false;
    if (this.version && version !== undefined) this.version.value = version;
    this.wait = LEAST_WAIT;
    if (changes !== this.changes) {
      this.timer = setTimeout(() => this.save(), SAVE_AFTER);
      return;
    }
    const time = (at ? new Date(at) : new Date()).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    this.say(`Saved at ${time}`, "saved");
    const settled = this.settled();
    if (isNew) settled.then(() => location.reload());
  }

  settled() {
    this.isUnsent = false;
    return this.forget();
  }

  async later(why) {
    this.isAway = true;
    const isKept = await this.keep();
    const how = isKept ? "Not sent yet: kept on this device." : "Not sent yet. Please keep this page open.";
    this.say([why, how, "We will try again."].filter(Boolean).join(" "), "kept");
    this.timer = setTimeout(() => this.save(), this.wait);
    this.wait = Math.min(2 * this.wait, MOST_WAIT);
  }

  // Saving rests until the window is come back to: perhaps its owner signed in elsewhere.
  async signedOut({ sign_in: signIn }) {
    this.isOut = true;
    addEventListener("focus", () => { this.isOut = false; this.save(); }, { once: true });
    const isKept = await this.keep();
    this.say(isKept ? "You have been signed out. Your text is kept on this device until you sign in again. "
      : "You have been signed out. Please copy your text before you leave this page. ", "kept");
    if (!signIn) return;
    const link = document.createElement("a");
    link.href = `${signIn}?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = "Sign in";
    this.status.append(link);
  }

  async restore() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && name.endsWith(this.name));
    const lock = names.length ? await unlock() : null;
    const stored = lock && localStorage.getItem(PREFIX + lock.owner + this.name);
    if (!stored) return;
    try {
      this.bringBack(await open(lock, this.name, stored));
    } catch {
      localStorage.removeItem(PREFIX + lock.owner + this.name);
    }
  }

  bringBack({ fields, version }) {
    const now = this.fields;
    const isNews = Object.entries(fields).some(([name, value]) => String(value).trim() && String(now[name]) !== String(value));
    if (!isNews) return this.forget();
    this.fill(fields);
    if (this.version && version !== undefined) this.version.value = version;
    this.isUnsent = true;
    this.say("Here is what you had written before. It is not sent yet.", "kept");
    if (this.address) this.save();
  }

  fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      for (const box of this.boxes(name)) {
        if (["radio", "checkbox"].includes(box.type)) box.checked = [value].flat().includes(box.value);
        else if (!["hidden", "submit", "file"].includes(box.type)) box.value = value;
      }
    }
  }

  /* There is a newer text, written in another window or on another device: show both, let the author say. */
  askWhich({ version, fields, is_form: isForm }) {
    this.conflict?.remove();
    const panel = this.conflict = document.createElement("div");
    panel.className = "keep-conflict";
    panel.setAttribute("role", "alert");
    panel.append(paragraph("This text was changed in another window or on another device. Nothing is lost: yours is in the box, and this is the other one."));
    const texts = Object.entries(fields).map((field) => this.worded(field)).filter((words) => words.trim());
    for (const text of texts.length ? texts : ["(empty)"]) panel.append(paragraph(text, "typed-text keep-other"));
    panel.append(
      this.choice("Keep mine", () => { this.isUnsent = true; this.save(); }, version),
      this.choice("Use the other one", () => this.useOther(fields, isForm), version),
    );
    this.say("Not saved: please choose below.", "kept");
    this.status.after(panel);
  }

  // A form with lists may have other boxes now: it comes anew from the server.
  async useOther(fields, isForm) {
    this.isUnsent = false;
    await this.forget();
    if (isForm) location.reload();
    this.fill(fields);
    this.say("");
  }

  choice(words, then, version) {
    return plainButton(words, () => {
      this.conflict.remove();
      this.conflict = null;
      if (this.version) this.version.value = version;
      then();
    });
  }
}

const plainButton = (words, then) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary btn-sm";
  button.textContent = words;
  button.addEventListener("click", then);
  return button;
};

const paragraph = (text, name = "") => {
  const made = document.createElement("p");
  made.className = name;
  made.textContent = text;
  return made;
};

/* What was written in a form that the page has no more, such as that of a block which somebody has taken away. Its place
 * is an element with `data-keep-lost`, the beginning of the names of such forms, and `data-address`, which takes them. */
const showLost = async (place) => {
  const inside = (name) => name.startsWith(PREFIX) && name.includes(place.dataset.keepLost);
  const lock = Object.keys(localStorage).some(inside) ? await unlock() : null;
  if (!lock) return;
  const begin = PREFIX + lock.owner;
  const known = new Set([...keepers.values()].map((keeper) => begin + keeper.name));
  const lost = Object.keys(localStorage).filter((name) => name.startsWith(begin + place.dataset.keepLost) && !known.has(name));
  for (const name of lost) {
    const kept = await open(lock, name.slice(begin.length), localStorage.getItem(name)).catch(() => null);
    const words = Object.entries(kept?.fields || {}).filter(([key]) => !/^(kind|id)$|\.(id|is)$/.test(key)).map(([, value]) => [value].flat().join("; "));
    if (words.join("").trim()) place.append(lostPanel(name, kept.fields, words, place.dataset.address));
    else localStorage.removeItem(name);
  }
};

const lostPanel = (name, fields, words, address) => {
  const panel = document.createElement("div");
  panel.className = "keep-conflict";
  panel.setAttribute("role", "alert");
  panel.append(paragraph("You had written this in a block that somebody has taken away. It is kept on this device."));
  for (const text of words.filter((one) => one.trim())) panel.append(paragraph(text, "typed-text keep-other"));
  const said = paragraph("", "keep-status");
  const again = plainButton("Put it in again", async () => {
    const pairs = Object.entries(fields).flatMap(([key, value]) => [value].flat().map((one) => [key, one]));
    const body = new URLSearchParams([...pairs, ["version", ""], ["csrf_token", meta("csrf-token")]]);
    const response = await ask(address, body).catch(() => null);
    if (!response?.ok) { said.textContent = "It could not be put in. Please copy it into a new block."; return; }
    localStorage.removeItem(name);
    location.reload();
  });
  const go = plainButton("Let it go", () => { localStorage.removeItem(name); panel.remove(); });
  panel.append(again, go, said);
  return panel;
};

const attend = () => {
  for (const [form] of keepers) if (!form.isConnected) keepers.delete(form);
  for (const form of document.querySelectorAll(FORMS)) if (!keepers.has(form)) keepers.set(form, new Keeper(form));
};
const unsent = () => [...keepers.values()].filter((keeper) => keeper.isUnsent);

attend();
document.querySelectorAll("[data-keep-lost]").forEach(showLost);
document.addEventListener("cares:replaced", attend);
addEventListener("online", () => unsent().forEach((keeper) => keeper.save()));
addEventListener("pagehide", () => unsent().forEach((keeper) => keeper.save(true)));
addEventListener("beforeunload", (event) => {
  if (unsent().some((keeper) => keeper.address && keeper.status.dataset.state === "kept" && !ownKey)) event.preventDefault();
});

/* Whoever signs out leaves nothing behind on this device. */
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-sign-out]")) return;
  event.preventDefault();
  await Promise.all(unsent().map((keeper) => keeper.save()));
  const isLost = unsent().some((keeper) => keeper.address);
  if (isLost && !confirm("Something that you wrote has not been sent yet. If you sign out now, it is gone.")) return;
  keepers.forEach((keeper) => { keeper.isUnsent = false; });
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  event.target.submit();
});
