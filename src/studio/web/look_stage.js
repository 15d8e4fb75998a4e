import * as api from "./api.js";
import { make } from "./elements.js";
import { ownPicture } from "./files.js";
import { icon } from "./icons.js";
import { Pane } from "./look_pane.js";
import { usableMethods } from "./usable_methods.js";
import { Viewport } from "./viewport.js";

export const kMostPanes = 4;
/** Pictures are asked for at one of these sides, so that not every size of the window asks for another one. */
const kSides = [640, 1024, 1600, 2400];
/** Milliseconds of rest after a map was shown before its method is checked. */
const kRest = 700;

/**
 * Up to four maps over the same photo, side by side, which zoom and move together. `look` is the tab: it says what is asked for
 * (`fieldsOf(settings)`), how maps are shown (`display`) and what is chosen (`chosen`), and hears of changes.
 */
export class Stage {
  panes = [];
  active = null;
  viewport = new Viewport();

  constructor(context, look) {
    Object.assign(this, { context, look });
    this.grid = make("div", { class: "panes" });
    this.element = make("div", { class: "stage" }, this.makeBar(), this.grid);
    this.grid.tabIndex = 0;
    this.grid.setAttribute("role", "group");
    this.grid.setAttribute("aria-label", "Maps over the photo: plus and minus zoom, arrow keys move, 0 shows all");
    this.grid.addEventListener("keydown", (event) => this.press(event));
    this.viewport.addEventListener("change", () => {
      for (const pane of this.panes) pane.place();
      this.zoom.textContent = `${Math.round(100 * this.viewport.zoom)} %`;
      this.fit.disabled = this.viewport.zoom === 1;
    });
  }

  get display() { return this.look.display; }
  get chosen() { return this.look.chosen; }
  get signedColours() { return this.look.signedColours; }

  makeBar() {
    const adder = (text, title, onclick) => make("button", { type: "button", title, onclick }, icon("add"), text);
    const { controls } = this.context.studio;
    this.adders = make("div", { class: "row adders", role: "group", "aria-label": "Compare with" },
      adder("Method", "Compare with another method (c)", () => this.addMethod()),
      adder("Network", "Compare with another network", () => this.addNetwork()),
      controls.map(({ name, title }) => adder(title, `Compare with a control that sees no photo: ${title}`, () => this.add({ method: name }))));
    this.zoom = make("output", { class: "number", "aria-label": "Zoom" }, "100 %");
    const round = (text, title, onclick) => make("button", { type: "button", class: "quiet round", title, "aria-label": title, onclick }, text);
    this.fit = round(icon("fit"), "Show all of the photo (0)", () => this.viewport.fit());
    this.fit.disabled = true;
    return make("div", { class: "stage-bar" }, make("span", { class: "hint stage-word" }, "Compare with"), this.adders,
      make("div", { class: "row zooms" }, round("−", "Smaller (-)", () => this.viewport.zoomAt(1 / 1.5)), this.zoom, round("+", "Larger (+)", () => this.viewport.zoomAt(1.5)), this.fit));
  }

  press(event) {
    if (event.target !== this.grid) return;
    const step = 0.1 / this.viewport.zoom, moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!moves || this.viewport.zoom === 1) return;
    event.preventDefault();
    this.viewport.move(...moves);
  }

  /** Replaces all panes by those of the settings. */
  reset(list) {
    for (const pane of this.panes) pane.dispose();
    this.panes = [];
    for (const settings of list.slice(0, kMostPanes)) this.append(settings);
    this.active = this.panes[0];
    this.arrange();
    this.showPhoto();
    this.loadAll();
  }

  append(settings) {
    const pane = new Pane(this.context, this, { model: null, options: {}, ...settings });
    this.panes.push(pane);
    this.grid.append(pane.element);
    return pane;
  }

  /** Adds a map beside the others, in the place of the last one if there are four already. */
  add(settings) {
    if (this.panes.length === kMostPanes) this.panes.pop().dispose();
    const pane = this.append(settings);
    this.arrange();
    this.choose(pane);
    this.showPhoto();
    this.load(pane);
    this.context.announce(`Map ${this.panes.length}: ${pane.method.selectedOptions[0]?.textContent}`);
  }

  addMethod() {
    const used = new Set(this.panes.map(({ settings }) => settings.method)), methods = usableMethods(this.context.studio, this.context.state.model);
    const wanted = ["gradient", "grad-cam", "integrated-gradients", "guided"].map((name) => methods.find((other) => other.name === name)).filter(Boolean);
    const next = [...wanted, ...methods].find(({ name }) => !used.has(name)) ?? methods[0];
    this.add({ method: next.name });
  }

  addNetwork() {
    const used = new Set(this.panes.map(({ model }) => model?.id));
    const { models } = this.context.state, add = ({ id }) => this.add({ ...this.active.settings, options: {}, model: id });
    const other = models.find(({ id }) => !used.has(id)) ?? models.find(({ id }) => id !== this.active.model?.id);
    if (other) add(other);
    else this.context.files.chooseModel(add);
  }

  remove(pane) {
    this.panes = this.panes.filter((other) => other !== pane);
    pane.dispose();
    if (this.active === pane) this.active = this.panes[0];
    this.arrange();
    this.look.changed();
    this.panes[0].method.focus();
  }

  choose(pane) {
    if (this.active === pane || !this.panes.includes(pane)) return;
    this.active = pane;
    this.mark();
    this.look.changed();
  }

  changeMethod(pane, method) {
    pane.settings = { model: pane.settings.model, method, options: {} };
    this.load(pane);
    this.look.changed();
  }

  /** Another network or photo may have the map that nobody chose another one for: the method is the first one again. */
  tryFirst(isOther = () => true) {
    for (const pane of this.panes) {
      const { insteadOf, model } = pane.settings;
      if (!insteadOf || !isOther(pane)) continue;
      pane.settings = { model, options: {}, ...insteadOf };
      pane.method.value = insteadOf.method;
    }
  }

  changeModel(pane, model) {
    pane.settings = { ...pane.settings, model: model === this.context.state.model?.id ? null : model, options: {} };
    pane.fillHead(this.panes.length === 1);
    this.load(pane);
    this.look.changed();
  }

  arrange() {
    this.grid.dataset.count = this.panes.length;
    for (const pane of this.panes) pane.fillHead(this.panes.length === 1);
    this.mark();
  }

  mark() {
    for (const pane of this.panes) pane.element.classList.toggle("active", pane === this.active && this.panes.length > 1);
  }

  showPhoto() {
    const { photo } = this.context.state;
    const wanted = Math.max(this.grid.clientWidth, this.grid.clientHeight) * devicePixelRatio;
    const side = kSides.find((size) => size >= wanted) ?? kSides.at(-1);
    const source = photo && (ownPicture(photo) ?? api.url(`/api/photos/${photo.id}/picture`, { side }));
    for (const pane of this.panes) pane.showPhoto(photo, source);
  }

  loadAll() {
    for (const pane of this.panes) this.load(pane);
  }

  async load(pane) {
    if (!this.context.state.photo || !pane.model) return;
    const asked = (pane.asked = {});
    try {
      const { fields, slow } = await this.look.fieldsOf(pane.settings, pane.model);
      if (pane.asked !== asked) return;
      pane.isSlow = slow;
      await pane.load(fields, slow);
    } catch (error) {
      if (pane.asked === asked) pane.explain(error);
    }
  }

  paint() {
    for (const pane of this.panes) pane.paint();
  }

  /** A map is there: the rest follows, and later the check of its method, unless that takes long itself. */
  shown(pane) {
    this.look.shown(pane);
    pane.checking?.abort();
    if (pane.isSlow || this.context.studio.controls.some(({ name }) => name === pane.fields.method)) return;
    const { signal } = (pane.checking = new AbortController()), { fields } = pane;
    setTimeout(() => this.check(pane, fields, signal), kRest);
  }

  async check(pane, fields, signal) {
    if (signal.aborted || pane.fields !== fields || !pane.element.isConnected) return;
    try {
      const { passes, text } = await api.get("/api/sanity", fields, signal);
      pane.note.classList.toggle("doubt", !passes);
      pane.note.textContent = pane.note.title = passes ? "" : text;
    } catch {}  // a check that cannot be made says nothing
  }

  /** The pointer is at a place of the photo: all panes show it, with the values of their maps. */
  point(place) {
    for (const pane of this.panes) pane.point(place, this.panes.length > 1);
  }
}
