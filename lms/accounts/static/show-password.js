// A button at each password field that shows what one typed; without scripts the field works as it is.

function addShowButton(field) {
  const name = field.labels[0]?.textContent.trim().toLowerCase() || "password";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-link show-password";
  button.setAttribute("aria-controls", field.id);

  function show(visible) {
    field.type = visible ? "text" : "password";
    button.textContent = `${visible ? "Hide" : "Show"} ${name}`;
  }

  show(false);
  button.addEventListener("click", () => show(field.type === "password"));
  // Browsers offer to keep a password only, and remember what was typed as text.
  field.form?.addEventListener("submit", () => show(false));
  field.after(button);
}

document.querySelectorAll('input[type="password"]').forEach(addShowButton);
