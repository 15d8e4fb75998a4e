import { numberField, selection, slider } from "./controls.js";
import { make } from "./elements.js";

const kMerges = { max: "largest magnitude", sum: "sum of magnitudes", l2: "root of squares" };
const kBaselines = { black: "black", mean: "mean colour", blurred: "blurred photo" };
const kHeads = { mean: "mean", max: "largest", min: "smallest" };
const kCrops = { whole: "whole photo, squeezed", 1: "centre", 2: "whole and mirrored", 10: "ten: corners, centre, mirrored" };
const kShares = {  // options that are shares: label, smallest, largest, step, default
  noise: ["Noise", 0, 1, 0.01, 0.15],
  window: ["Square", 0.02, 0.6, 0.01, 0.15],
  stride: ["Step", 0.01, 0.3, 0.01, 0.05],
  keep: ["Cells kept", 0.05, 0.95, 0.05, 0.5],
  discard: ["Smallest entries discarded", 0, 0.95, 0.05, 0],
  residual: ["Share that passes by", 0, 0.95, 0.05, 0.5],
};
const kNumbers = {  // options that are whole numbers: label, smallest, largest, what an empty field stands for
  samples: ["Samples", 1, 1000000, (method) => String(method.samples)],
  smooth: ["Noisy copies", 0, 1000000, () => "none"],
  cells: ["Cells a side", 1, 1000, () => "7"],
  blocks: ["Last blocks", 1, 1000, () => "all"],
  segments: ["Regions", 2, 100000, () => "by size"],
  seed: ["Seed", 0, 2 ** 31, () => "0"],
};

/** The method of a map with the options that it uses, and the framing that all maps share. */
export class Options {
  #shown = "";

  /** `stage` has the active map; `changed(pane)` is called when its options change, `framed()` when the crops do. */
  constructor(context, { activePane, changed, setCrops, crops }) {
    Object.assign(this, { context, activePane, changed });
    this.title = make("h2", { id: "method-title" }, "Method");
    this.reading = make("p", { class: "hint reading" });
    this.fields = make("div", { class: "option-fields" });
    this.crops = selection("Views of the photo", context.studio.crops.map((name) => [String(name), kCrops[name] ?? String(name)]), crops, setCrops);
    this.element = make("section", { class: "card", "aria-labelledby": "method-title" }, make("header", {}, this.title), this.reading, this.fields, this.crops.element);
  }

  /** Shows the options of the active map. */
  async show() {
    const pane = this.activePane(), { method: name } = pane.settings, { studio } = this.context;
    const method = studio.methods.find((other) => other.name === name) ?? studio.controls.find((other) => other.name === name);
    const key = JSON.stringify([name, pane.model?.id, pane.model?.revision, pane.settings.options]);
    if (!method || key === this.#shown) return;
    this.#shown = key;
    this.title.textContent = method.title;
    const control = studio.controls.includes(method);
    this.reading.textContent = control ? "A control: it sees nothing of the photo. A method that shows no more than this shows nothing." : [method.summary, method.reading].filter(Boolean).map((text) => `${text[0].toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`).join(" ");
    const layers = method.options?.includes("layer") ? await this.layersOf(pane.model) : null;
    if (this.#shown !== key) return;
    this.fields.replaceChildren(...(method.options ?? []).map((option) => this.field(option, method, pane, layers)).filter(Boolean));
  }

  /** The layers that have a grid of places, as values and texts. */
  async layersOf(model) {
    this.layers ??= new Map();
    const key = `${model.id}/${model.revision}`;
    if (!this.layers.has(key))
      this.layers.set(key, this.context.api.get(`/api/models/${model.id}`).then(({ layers = [] }) =>
        layers.filter(({ units }) => units && units.height * units.width > 1).map(({ name, units }) => [name, `${name} (${units.channels} × ${units.height} × ${units.width})`])));
    try {
      return await this.layers.get(key);
    } catch (error) {
      this.layers.delete(key);
      this.context.report(error);
      return [];
    }
  }

  field(option, method, pane, layers) {
    const { options } = pane.settings, { studio } = this.context;
    const set = (value) => {
      const next = { ...pane.settings.options, [option]: value };
      if (value === null || value === "") delete next[option];
      pane.settings = { ...pane.settings, options: next };
      this.#shown = JSON.stringify([pane.settings.method, pane.model?.id, pane.model?.revision, next]);  // what is shown already
      this.changed(pane);
    };
    if (option === "layer") return selection("Layer", [["", "the last one with a grid"], ...layers], options.layer ?? "", set).element;
    if (option === "merge") return selection("Channels of a pixel", studio.merges.map((name) => [name, kMerges[name] ?? name]), options.merge ?? "max", set).element;
    if (option === "baseline") return selection("Baseline", studio.baselines.map((name) => [name, kBaselines[name] ?? name]), options.baseline ?? "mean", set).element;
    if (option === "heads") return selection("Heads", studio.headFusions.map((name) => [name, kHeads[name] ?? name]), options.heads ?? "mean", set).element;
    if (option in kShares) {
      const [label, min, max, step, value] = kShares[option];
      return slider({ label, min, max, step, value: options[option] ?? value, text: (share) => `${Math.round(100 * share)} %`, onchange: set }).element;
    }
    if (option in kNumbers) {
      const [label, min, max, placeholder] = kNumbers[option];
      return numberField({ label, min, max, step: 1, value: options[option] ?? "", placeholder: placeholder(method), onchange: set }).element;
    }
    return null;
  }
}
