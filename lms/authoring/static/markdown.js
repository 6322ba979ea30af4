// A small toolbar above each box for Markdown, for those who do not know its signs: by pointer, by arrow keys, and by
// Ctrl+B, Ctrl+I and Ctrl+K inside the box. The box stays plain text; without this script there is nothing but the box.

const around = (sign, otherwise) => (text) => `${sign}${text || otherwise}${sign}`;
const lines = (sign) => (text) => (text || "…").split("\n").map((line) => `${sign}${line.replace(/^(#+|-) /, "")}`).join("\n");
const link = (text) => `[${text || "words"}](https://)`;
const TOOLS = [
  { name: "Bold", sign: "B", key: "b", change: around("**", "bold") },
  { name: "Italic", sign: "I", key: "i", change: around("*", "italic") },
  { name: "Heading", sign: "Heading", change: lines("## "), whole: true },
  { name: "List", sign: "List", change: lines("- "), whole: true },
  { name: "Link", sign: "Link", key: "k", change: link },
];

// Whole lines, where the change is about lines.
const stretch = (box) => {
  const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const end = box.value.indexOf("\n", box.selectionEnd);
  box.setSelectionRange(start, end < 0 ? box.value.length : end);
};

const use = (box, tool) => {
  box.focus();
  if (tool.whole) stretch(box);
  const start = box.selectionStart;
  const text = tool.change(box.value.slice(start, box.selectionEnd));
  // Typed for the author, so that Ctrl+Z takes it back; where a browser does not type, it is put in.
  if (!document.execCommand("insertText", false, text)) {
    box.setRangeText(text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.setSelectionRange(start, start + text.length);
};

const button = (box, tool) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `author-tool author-tool-${tool.name.toLowerCase()}`;
  made.textContent = tool.sign;
  made.title = tool.key ? `${tool.name} (Ctrl+${tool.key.toUpperCase()})` : tool.name;
  made.setAttribute("aria-label", tool.name);
  made.addEventListener("click", () => use(box, tool));
  return made;
};

// One stop of the Tab key for the whole bar; the arrow keys go along it.
const walk = (bar) => {
  const all = [...bar.children];
  const stop = (one) => all.forEach((other) => { other.tabIndex = other === one ? 0 : -1; });
  stop(all[0]);
  bar.addEventListener("focusin", (event) => stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    all[(all.indexOf(event.target) + by + all.length) % all.length].focus();
  });
};

for (const box of document.querySelectorAll("textarea.markdown")) {
  const bar = document.createElement("div");
  bar.className = "author-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", `Format: ${box.labels[0]?.textContent.trim() || "text"}`);
  bar.append(...TOOLS.map((tool) => button(box, tool)));
  walk(bar);
  box.before(bar);
  box.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && TOOLS.find(({ key }) => key === event.key.toLowerCase());
    if (!tool) return;
    event.preventDefault();
    use(box, tool);
  });
}
