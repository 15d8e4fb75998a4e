/* The network as a list of its layers: an outline of its sizes, names, shapes and receptive fields. */
import { selection, toggle } from "./controls.js";
import { make, newId, plural } from "./elements.js";
import { familyOf, fieldText, filterLayers, groupLayers, kFamilies, operatorsOf, outlineShares, shapeText, shortNames } from "./layer_list.js";

const kGlyph = { width: 76, height: 22 };
/** Arrow keys may run through many layers: the one where they rest is shown. */
const kRest = 180;

function glyph(layer, share) {
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const width = Math.max(3, share.width * (kGlyph.width - 4)), height = Math.max(3, share.height * (kGlyph.height - 4));
  const picture = svg("svg", { class: "layer-glyph", viewBox: `0 0 ${kGlyph.width} ${kGlyph.height}`, "aria-hidden": "true" });
  picture.append(
    svg("line", { x1: kGlyph.width / 2, x2: kGlyph.width / 2, y1: -kGlyph.height, y2: 2 * kGlyph.height, class: "layer-line" }),
    svg("rect", { x: (kGlyph.width - width) / 2, y: (kGlyph.height - height) / 2, width, height, rx: 2, class: `layer-box ${familyOf(layer)}` }));
  return picture;
}

/** A name whose middle goes first where there is no room, since names of exported networks differ at their ends. */
function shortened(name) {
  const end = name.length > 24 ? name.length - 14 : name.length;
  return [make("span", {}, name.slice(0, end)), end < name.length ? make("span", {}, name.slice(end)) : null];
}

/** `onchoose(layer)` is called when another layer is chosen. */
export class LayerList {
  #layers = [];
  #shown = [];
  #filter = { text: "", operator: "", onlyUnits: true };
  #options = new Map();
  #rest;
  chosen = null;

  constructor(onchoose) {
    this.onchoose = onchoose;
    const refilter = (field) => (value) => {
      this.#filter[field] = value;
      this.#show();
    };
    const find = make("input", { type: "search", placeholder: "name or operator", oninput: () => refilter("text")(find.value) });
    this.operator = selection("Operator", [["", "all"]], "", refilter("operator"));
    this.onlyUnits = toggle("Only layers with units", true, refilter("onlyUnits"));
    this.count = make("p", { class: "hint", role: "status" });
    this.list = make("div", {
      class: "layers", role: "listbox", tabindex: 0, "aria-label": "Layers, from the picture to the scores",
      onkeydown: (event) => this.#press(event),
    });
    const legend = make("p", { class: "layer-legend hint" }, Object.entries(kFamilies).map(([family, text]) =>
      make("span", {}, make("span", { class: `dot ${family}`, "aria-hidden": "true" }), text)));
    this.element = make("section", { class: "layer-panel card", "aria-label": "Layers" },
      make("div", { class: "layer-filter" }, make("label", { class: "field" }, make("span", {}, "Find"), find), this.operator.element, this.onlyUnits.element),
      this.count, this.list, legend);
  }

  /** Shows a network's layers; chooses the one of that name, or the default one. */
  load(layers, wanted) {
    this.#layers = layers;
    this.shares = outlineShares(layers);
    this.names = shortNames(layers);
    this.operator.fill([["", "all"], ...operatorsOf(layers).map(([name, count]) => [name, `${name} (${count})`])], this.#filter.operator);
    this.#filter.operator = this.operator.select.value;
    this.#show();
    const byName = (name) => layers.find((layer) => layer.name === name);
    this.choose(byName(wanted) ?? layers.find((layer) => layer.isDefault) ?? layers.findLast((layer) => layer.units) ?? layers.at(-1), false);
  }

  #show() {
    this.#shown = filterLayers(this.#layers, this.#filter);
    this.#options.clear();
    const option = (layer) => {
      const element = make("div", {
        class: "layer", role: "option", id: newId("layer"), "aria-selected": "false", onclick: () => this.choose(layer),
      },
        glyph(layer, this.shares.get(layer.name)),
        make("span", { class: "layer-name", dir: "auto", title: layer.name }, shortened(this.names.get(layer.name)), layer.isDefault ? make("span", { class: "badge" }, "default") : null),
        make("span", { class: "layer-about" }, `${layer.operator} · `, make("span", { class: "layer-shape" }, shapeText(layer))),
        make("span", { class: "layer-field" }, fieldText(layer).replace("pixels", "px")));
      this.#options.set(layer, element);
      return element;
    };
    this.list.replaceChildren(...groupLayers(this.#shown).map(({ title, layers }) =>
      make("div", { role: "group", "aria-label": title }, make("div", { class: "layer-group", "aria-hidden": "true" }, title), layers.map(option))));
    this.count.textContent = this.#shown.length === this.#layers.length ? plural(this.#layers.length, "layer") : `${this.#shown.length} of ${plural(this.#layers.length, "layer")}`;
    this.#mark();
  }

  #mark() {
    for (const [layer, element] of this.#options) element.setAttribute("aria-selected", String(layer === this.chosen));
    const element = this.#options.get(this.chosen);
    if (element) this.list.setAttribute("aria-activedescendant", element.id);
    else this.list.removeAttribute("aria-activedescendant");
    if (!element) return;
    // Scrolls the list only, never the page.
    const top = element.offsetTop, bottom = top + element.offsetHeight;
    if (top < this.list.scrollTop + 40) this.list.scrollTop = top - 40;
    else if (bottom > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = bottom - this.list.clientHeight + 8;
  }

  choose(layer, isNow = true) {
    if (!layer) return;
    const isOther = layer !== this.chosen;
    this.chosen = layer;
    this.#mark();
    clearTimeout(this.#rest);
    if (isOther) this.#rest = setTimeout(() => this.onchoose(layer), isNow ? 0 : kRest);
  }

  #press(event) {
    const at = this.#shown.indexOf(this.chosen);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#shown.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to === undefined || !this.#shown.length) return;
    event.preventDefault();
    this.choose(this.#shown[Math.min(this.#shown.length - 1, Math.max(0, to))], false);
  }
}
