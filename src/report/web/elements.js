/** Sets properties, custom ones too, one by one: a policy without inline styles forbids the attribute. */
export function setStyle(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}

/** An element with attributes, `style` as an object of properties, and children. Texts stay texts: nothing is ever read as markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") setStyle(element, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let lastId = 0;
/** An id that no other element has. */
export const newId = (stem) => `${stem}-${++lastId}`;

/** A label with its control behind or around it. */
export const labelled = (text, control) => make("label", { class: "control" }, make("span", {}, text), control);

export const choice = (values, chosen, onchange) =>
  make("select", { onchange: (event) => onchange(event.target.value) },
    values.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));

export const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
/** 0.9731 as "97.3 %". */
export const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 2 : 1)} %`;
