// Building the page: text is always put in as text, never as HTML.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((one) => one != null && one !== false && one !== ""));
  return element;
}

export function button(id, text, does, properties = {}) {
  return h("button", { type: "button", id, ...properties, onclick: does }, text);
}

/** Where somebody is: what they are on and what that is in, as ids, the nearest first. */
function whereabouts() {
  const ids = [];
  for (let one = document.activeElement; one; one = one.parentElement) if (one.id) ids.push(one.id);
  return ids;
}

/** Put somebody back where they were, or on the nearest that is left of it. */
function goBackTo(ids) {
  const place = ids.map((id) => document.getElementById(id)).find(Boolean) ?? document.getElementById("inhoud");
  if (place.tabIndex < 0) place.tabIndex = -1; // so that it can be gone to at all
  place.focus({ preventScroll: true });
}

/** Put these in place of what stands there; whoever was on a button stays on it, or near it when it is gone. */
export function fill(place, ...children) {
  const was = place.contains(document.activeElement) ? whereabouts() : [];
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (was.length) goBackTo(was);
}

/** Say something once, also to who listens. */
export function tell(text) {
  document.getElementById("melding").textContent = text;
}

/**
 * Ask something over the page.
 *
 * `fields`: rows of {name, label, type, value, optional}; `check` gives what is wrong with what was typed, or "".
 * Gives what was typed, null when the person went back, and false for the `other` answer where there is one.
 */
export function ask({ title, text = [], fields = [], yes, other = "", no = "Terug", check = () => "" }) {
  const dialog = document.getElementById("vraag");
  const was = whereabouts();
  return new Promise((resolve) => {
    const problem = h("p", { class: "problem", role: "alert", id: "vraag-probleem" });
    const inputs = fields.map((one) => {
      const kind = one.type === "text-area" ? h("textarea") : h("input", { type: one.type ?? "text" });
      kind.id = `veld-${one.name}`;
      kind.name = one.name;
      kind.value = one.value ?? "";
      if (!["date", "time"].includes(one.type)) kind.maxLength = 4000;
      kind.setAttribute("aria-describedby", "vraag-probleem");
      if (one.autocomplete) kind.autocomplete = one.autocomplete;
      return [h("label", { for: kind.id }, one.label), kind];
    });
    let given = null;
    const form = h(
      "form",
      {
        method: "dialog",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          const typed = Object.fromEntries(inputs.map(([, one]) => [one.name, one.value.trim()]));
          const missing = fields.find((one) => !one.optional && !typed[one.name]);
          const wrong = missing ? `Vul dit in: ${missing.label}.` : check(typed);
          problem.textContent = wrong;
          const at = wrong && (inputs.find(([, one]) => one.name === missing?.name) ?? inputs[0])[1];
          for (const [, one] of inputs) one.setAttribute("aria-invalid", one === at);
          if (wrong) return at.focus();
          given = typed;
          dialog.close();
        },
      },
      h("h2", { id: "vraag-titel" }, title),
      text.map((one) => (typeof one === "string" ? h("p", {}, one) : one)),
      inputs,
      problem,
      h(
        "div",
        { class: "deeds" },
        h("button", { type: "submit", class: "first", id: "vraag-ja" }, yes),
        other && button("vraag-anders", other, () => ((given = false), dialog.close())),
        button("vraag-nee", no, () => dialog.close()),
      ),
    );
    dialog.replaceChildren(form);
    const closed = () => {
      if (dialog.open && form.isConnected) return; // it was the one before this that closed
      dialog.removeEventListener("close", closed);
      form.remove();
      if (!dialog.open) goBackTo(was); // the page may have been made anew meanwhile
      resolve(given);
    };
    dialog.addEventListener("close", closed);
    dialog.showModal();
  });
}
