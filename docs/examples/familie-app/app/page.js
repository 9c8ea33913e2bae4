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

/** Put these in place of what stands there; whoever was on a button stays on it. */
export function fill(place, ...children) {
  const at = document.activeElement?.id;
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (at && place.contains(document.getElementById(at))) document.getElementById(at).focus();
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
          for (const [, one] of inputs) one.toggleAttribute("aria-invalid", missing?.name === one.name);
          if (wrong) return (inputs.find(([, one]) => one.name === missing?.name) ?? inputs[0])?.[1].focus();
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
      dialog.replaceChildren();
      resolve(given);
    };
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}
