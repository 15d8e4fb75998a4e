import * as api from "./api.js";
import { selection } from "./controls.js";
import { make } from "./elements.js";
import { pageText } from "./page_words.js";

/** What is known of the chosen network, with its preprocessing, which can be changed. */
export class NetworkCard {
  constructor(context) {
    this.context = context;
    this.facts = make("p", { class: "hint" });
    this.notes = make("div", { class: "notes" });
    this.preset = selection("Preprocessing", [], "", (preset) => this.change(preset));
    this.detail = make("p", { class: "hint" });
    this.name = make("h2", { id: "network-title", dir: "auto" });
    this.element = make("section", { class: "card", "aria-labelledby": "network-title" }, make("header", {}, this.name), this.facts, this.notes, this.preset.element, this.detail);
    context.state.watch(["model"], () => this.show());
    this.show();
  }

  show() {
    const { model } = this.context.state;
    this.element.hidden = !model;
    if (!model) return;
    const { input, classes, preprocessing = {} } = model, presets = this.context.studio.presets.map((preset) => (typeof preset === "string" ? [preset, preset] : [preset.name, preset.title ?? preset.name]));
    this.name.textContent = model.name;
    this.facts.textContent = [classes && `${classes} classes`, input && `${input.width} × ${input.height} pixels, ${input.channels} channels`].filter(Boolean).join("; ");
    const known = presets.some(([name]) => name === preprocessing.preset);
    this.preset.fill(known ? presets : [["", preprocessing.preset || "as its file says"], ...presets], known ? preprocessing.preset : "");
    this.detail.textContent = [preprocessing.text, preprocessing.source && `From: ${preprocessing.source}`].filter(Boolean).join(". ");
    const assumed = preprocessing.assumed ? ["Its file does not say how photos are prepared for it, so this is assumed. If the guesses look wrong, try another preprocessing."] : [];
    const notes = model.origin === "bundled" ? [`This small network comes with fovea, and knows ${classes} classes only. Open another one (.onnx), or drop it on the page, to ask that.`] : (model.notes ?? []).filter((text) => !(preprocessing.assumed && /--preprocess/.test(text))).map(pageText);
    this.notes.replaceChildren(...[...assumed, ...notes, ...(model.error ? [pageText(model.error.message ?? model.error)] : [])].map((text) => make("p", { class: "note", dir: "auto" }, text)));
  }

  async change(preset) {
    const { state } = this.context;
    if (!preset) return;
    try {
      const model = await api.patch(`/api/models/${state.model.id}`, { preset });
      state.set({ models: state.models.map((other) => (other.id === model.id ? model : other)), model });
      this.context.announce(`Preprocessing: ${preset}`);
    } catch (error) {
      this.context.report(error);
      this.show();
    }
  }
}
