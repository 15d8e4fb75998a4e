/** An element with attributes and children. Texts stay texts: nothing is ever read as markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The page's data: a list of {kind, ...} in the order in which the program wrote them. */
function readBlocks() {
  return [...document.querySelectorAll("script[data-kind]")].map((script) => {
    const block = { kind: script.dataset.kind, ...JSON.parse(script.textContent) };
    script.remove();
    return block;
  });
}

let lastId = 0;
/** An id that no other element has. */
const newId = (stem) => `${stem}-${++lastId}`;

/** A label with its control behind or around it. */
const labelled = (text, control) => make("label", { class: "control" }, make("span", {}, text), control);

const choice = (values, chosen, onchange) =>
  make("select", { onchange: (event) => onchange(event.target.value) },
    values.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));

const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
/** 0.9731 as "97.3 %". */
const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 2 : 1)} %`;
