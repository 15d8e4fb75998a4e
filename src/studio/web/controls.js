/* Controls that several tabs use, each with its label. */
import { make, newId } from "./elements.js";
import { icon } from "./icons.js";

/** One of several values as buttons side by side: `values` are [value, text, key] with a key that chooses it elsewhere. */
export function segments(legend, values, chosen, onchange) {
  const name = newId("segments");
  const inputs = values.map(([value]) => make("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onchange(value) }));
  const element = make("fieldset", { class: "segments" }, make("legend", {}, legend),
    make("div", { class: "segments-row" }, values.map(([value, text, key], i) =>
      make("label", { class: `segment segment-${value}` }, inputs[i], make("span", {}, text, key ? make("kbd", { "aria-hidden": "true" }, key) : null)))));
  return {
    element,
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

/** A slider with its value in words beside it. `onchange` is called when it is let go, `oninput` on the way there. */
export function slider({ label, min, max, step, value, text = String, oninput, onchange }) {
  const output = make("span", { class: "value", "aria-hidden": "true" });
  const input = make("input", {
    type: "range", min, max, step, value,
    oninput: () => {
      show();
      oninput?.(Number(input.value));
    },
    onchange: () => onchange?.(Number(input.value)),
  });
  const show = () => {
    output.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  show();
  return {
    element: make("label", { class: "field" }, make("span", {}, label), output, input),
    input,
    set(wanted) {
      input.value = wanted;
      show();
    },
  };
}

export function toggle(label, checked, onchange) {
  const input = make("input", { type: "checkbox", checked, onchange: () => onchange(input.checked) });
  return {
    element: make("label", { class: "check" }, input, make("span", {}, label)),
    input,
    set(value) {
      input.checked = value;
    },
  };
}

/** A <select> behind its label; `values` are [value, text]. */
export function selection(label, values, chosen, onchange) {
  const select = make("select", { onchange: () => onchange(select.value) });
  const fill = (list, wanted) => {
    select.replaceChildren(...list.map(([value, text]) => make("option", { value }, text)));
    select.value = wanted;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  };
  fill(values, chosen);
  return { element: make("label", { class: "field" }, make("span", {}, label), select), select, fill, set: (value) => (select.value = value) };
}

/** A number that may stay empty: then `placeholder` says what holds. */
export function numberField({ label, min, max, step = "any", value = "", placeholder = "", onchange }) {
  const input = make("input", {
    type: "number", min, max, step, value, placeholder, inputmode: "decimal",
    onchange: () => input.reportValidity() && onchange(input.value === "" ? null : Number(input.value)),
  });
  return { element: make("label", { class: "field" }, make("span", {}, label), input), input, set: (wanted) => (input.value = wanted ?? "") };
}

export const button = (text, attributes = {}) => make("button", { type: "button", ...attributes }, text);

/** A link that saves a file. */
export const download = (text, href, name) => make("a", { class: "button download", href, download: name ?? true }, icon("download"), text);
