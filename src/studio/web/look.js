import * as api from "./api.js";
import { make } from "./elements.js";
import { icon } from "./icons.js";
import { packDisplay, packPanes, unknownMethods, unpackDisplay, unpackPanes } from "./look_address.js";
import { DisplayBar, kDisplay } from "./look_display.js";
import { NetworkCard } from "./look_network.js";
import { Options } from "./look_options.js";
import { Predictions } from "./look_predictions.js";
import { SaveCard } from "./look_save.js";
import { Stage } from "./look_stage.js";
import { usableMethods } from "./usable_methods.js";

/** The first map, and the method that explains networks which it cannot. */
const kFirstMethod = "grad-cam", kAnyMethod = "gradient";
const kFirstCrops = "1";

/** The tab Look: the photo, what the network says of it, and where that is to be seen. */
class Look {
  display = { ...kDisplay };
  crops = kFirstCrops;
  #timer = 0;
  #labels = new Map();
  #started = false;

  constructor(context) {
    this.context = context;
    this.stage = new Stage(context, this);
    this.displayBar = new DisplayBar(context, this.display, (name) => this.redisplay(name));
    this.predictions = new Predictions(context, () => this.reload());
    this.options = new Options(context, {
      activePane: () => this.stage.active, crops: this.crops,
      changed: (pane) => this.later(() => this.stage.load(pane)), setCrops: (crops) => this.setCrops(crops),
    });
    this.save = new SaveCard();
    this.empty = this.makeEmpty();
    this.main = make("div", { class: "look-main" }, this.stage.element, this.displayBar.element);
    this.side = make("div", { class: "look-side" }, this.predictions.element, this.options.element, new NetworkCard(context).element, this.save.element);
    this.element = make("div", { class: "look" }, this.empty, this.main, this.side);
    context.state.watch(["model", "photo", "class"], (changed) => this.follow(changed));
    context.state.watch(["models"], () => this.stage.arrange());
    this.addShortcuts();
  }

  get chosen() { return { against: this.predictions.against }; }
  get signedColours() { return this.displayBar.signedColours; }

  makeEmpty() {
    return make("div", { class: "empty", hidden: true },
      make("h2", {}, "Drop a photo here"), make("p", { class: "hint" }, "or paste one, or choose files. It stays on this machine."),
      make("button", { type: "button", class: "main", onclick: () => this.context.files.choosePhotos() }, icon("add"), "Choose photos"));
  }

  addShortcuts() {
    const { shortcuts } = this.context, add = (key, text, run) => shortcuts.add({ key, text, run, tab: "look" });
    add("+", "Zoom in", () => this.stage.viewport.zoomAt(1.5));
    add("-", "Zoom out", () => this.stage.viewport.zoomAt(1 / 1.5));
    add("0", "Show all of the photo", () => this.stage.viewport.fit());
    add("m", "Map on and off", () => this.displayBar.restore({ fade: this.display.fade > 0 ? 0 : kDisplay.fade }));
    add("s", "Signed colours on and off", () => this.displayBar.restore({ signed: !this.display.signed }));
    add("c", "Compare with another method", () => this.stage.addMethod());
    add("x", "Close the chosen map", () => this.stage.panes.length > 1 && this.stage.remove(this.stage.active));
    add("[", "Method before", () => this.stepMethod(-1));
    add("]", "Next method", () => this.stepMethod(1));
    add("/", "Find a class", () => this.predictions.search.input.focus());
  }

  stepMethod(step) {
    const pane = this.stage.active, methods = usableMethods(this.context.studio, pane.model);
    const at = methods.findIndex(({ name }) => name === pane.settings.method);
    pane.method.value = methods[(at + step + methods.length) % methods.length].name;
    this.stage.changeMethod(pane, pane.method.value);
    this.context.announce(pane.method.selectedOptions[0].textContent);
  }

  /** {fields of GET /api/map, slow: whether a job computes it} for a map of those settings. */
  async fieldsOf({ method, options }, model) {
    const { state, studio } = this.context, info = studio.methods.find(({ name }) => name === method);
    const fields = { model: model.id, photo: state.photo.id, method, crops: this.crops };
    const chosen = state.class, against = this.predictions.against;
    if (chosen !== null) fields.class = await this.classFor(model, chosen);
    if (against && info) fields.against = await this.classFor(model, against.class);
    return { fields: { ...fields, ...(info ? options : {}) }, slow: Boolean(info?.samples || Number(options.smooth) > 0) };
  }

  /** The class of another network that has the same name as a class of the chosen one. */
  async classFor(model, index) {
    const { state } = this.context;
    if (model.id === state.model.id) return index;
    const key = `${state.model.id} ${index} ${model.id}`;
    if (!this.#labels.has(key)) {
      const { classes } = await api.get(`/api/models/${state.model.id}/classes`, { match: String(index), limit: 50 });
      const label = classes.find((other) => other.class === index)?.label;
      const there = label === undefined ? [] : (await api.get(`/api/models/${model.id}/classes`, { match: label, limit: 50 })).classes;
      this.#labels.set(key, there.find((other) => other.label === label)?.class ?? null);
    }
    const found = this.#labels.get(key);
    if (found === null) throw new api.ApiError({ kind: "input", message: `${model.name} has no class of that name.`, help: "Explain the best guess, or a class that both networks know." }, 400);
    return found;
  }

  follow(changed) {
    if (!this.#started) return;
    const { state } = this.context;
    if (changed.has("model") && state.model?.id !== this.model?.id) this.modelChanged();
    if (changed.has("photo")) this.stage.tryFirst((pane) => !pane.raster);
    this.showEmpty();
    if (!state.photo || !state.model) return;
    if (changed.has("photo")) {
      this.stage.viewport.fit();
      this.stage.showPhoto();
    }
    this.stage.loadAll();  // before the guesses, since the server answers in order
    if (changed.has("photo") || changed.has("model")) {
      this.predictions.empty();
      this.predict();
      this.options.show();
    } else {
      this.predictions.show();
    }
  }

  /** Another network has other classes and layers. */
  modelChanged() {
    this.model = this.context.state.model;
    this.predictions.against = null;
    this.predictions.contrast.set(null);
    for (const { settings } of this.stage.panes) if (!settings.model) delete settings.options.layer;
    this.stage.tryFirst((pane) => !pane.settings.model);
    this.stage.arrange();
  }

  showEmpty() {
    const none = !this.context.state.photo;
    this.empty.hidden = !none;
    this.main.hidden = this.side.hidden = none;
  }

  async predict() {
    const { state } = this.context, { photo } = state;
    const answer = await this.predictions.load({ model: state.model.id, photo: photo.id, ...(this.crops === kFirstCrops ? {} : { crops: this.crops }) });
    if (answer?.photo && !photo.width) Object.assign(photo, answer.photo);
    const best = answer?.predictions[0];
    if (best) this.context.announce(`${photo.name}: ${best.label}${best.probability === null ? "" : `, ${Math.round(100 * best.probability)} percent`}`);
  }

  setCrops(crops) {
    this.crops = crops;
    this.stage.loadAll();
    this.predict();
    this.context.viewChanged();
  }

  /** Asks for all maps again after a moment without further changes. */
  reload() { this.later(() => this.stage.loadAll()); }

  later(run) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, 120);
    this.context.viewChanged();
  }

  redisplay(name) {
    if (name !== "fade") {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.stage.paint());
    }
    this.showSave();
    this.context.viewChanged();
  }

  /** Another map is the active one, or has other settings. */
  changed() {
    this.options.show();
    this.showSave();
    this.context.viewChanged();
  }

  shown(pane) {
    const { class: index, label, probability, score } = pane.result, { state } = this.context;
    if (pane.model === state.model && state.class === index) this.predictions.addOther({ class: index, label, probability, score });
    this.changed();
  }

  /** How maps are shown, as fields of GET /api/map. */
  look() {
    const { signed, colours, percentile, gamma } = this.display;
    return { colormap: signed ? "blue-red" : colours, percentile, gamma: Number(gamma.toFixed(4)) };
  }

  showSave() {
    const { fields, raster } = this.stage.active ?? {};
    const control = this.context.studio.controls.some(({ name }) => name === fields?.method);
    this.save.show(raster && fields, this.look(), this.context.state.photo?.name ?? "map", control);
  }

  show() {
    if (!this.#started) this.start({});
    for (const pane of this.stage.panes) pane.place();
  }

  start(fields) {
    this.#started = true;
    this.model = this.context.state.model;
    const { studio, state } = this.context, known = [...studio.methods, ...studio.controls].map(({ name }) => name);
    const first = known.includes(kFirstMethod) ? kFirstMethod : known[0];
    const panes = unpackPanes(fields.maps, known) ?? [{ method: first, model: null, options: {}, otherwise: kAnyMethod }];
    const { doubt } = this.context, isCalled = (called) => ({ id, name }) => called === id || called === name;
    for (const method of unknownMethods(fields.maps, known).filter(Boolean)) doubt(`the map “${method}”`);
    for (const { model } of panes) if (model && !state.models.some(isCalled(model))) doubt(`the network “${model}”`);
    if (fields.crops && !studio.crops.map(String).includes(fields.crops)) doubt(`the views “${fields.crops}”`);
    this.crops = studio.crops.map(String).includes(fields.crops) ? fields.crops : kFirstCrops;
    this.options.crops.set(this.crops);
    this.displayBar.restore(unpackDisplay(fields, kDisplay, Object.keys(studio.colourMaps)));
    this.predictions.against = /^\d+$/.test(fields.against ?? "") ? { class: Number(fields.against), label: fields.againstName ?? `class ${fields.against}` } : null;
    this.predictions.contrast.set(this.predictions.against);
    this.showEmpty();
    this.stage.reset(panes.map((pane) => ({ ...pane, model: state.models.find(({ id, name }) => pane.model === id || pane.model === name)?.id ?? null })));
    if (state.photo && state.model) this.predict();
    this.options.show();
  }

  restore(fields) { this.start(fields); }

  /** The active map's files, [[text, address, name], ...]. */
  files() { return this.save.files(); }

  /** The active map as fields of POST /api/commands. */
  command() {
    const { fields } = this.stage.active;
    if (!fields) return null;
    const look = { ...this.look(), ...(this.crops === kFirstCrops ? {} : { crops: this.crops }) };
    const usual = { colormap: kDisplay.colours, percentile: kDisplay.percentile, gamma: kDisplay.gamma };
    const { crops, ...map } = fields;
    return { view: "look", ...map, ...Object.fromEntries(Object.entries(look).filter(([name, value]) => value !== usual[name])) };
  }

  view() {
    const { against } = this.predictions, { state } = this.context;
    const maps = packPanes(this.stage.panes.map(({ settings, model }) => ({ ...settings, model: settings.model && settings.model !== state.model?.id ? model.name : null })));
    return { maps, ...(this.crops === kFirstCrops ? {} : { crops: this.crops }), ...(against ? { against: against.class, againstName: against.label } : {}), ...packDisplay(this.display, kDisplay) };
  }
}

export default {
  id: "look", title: "Look",
  create(context) {
    const look = new Look(context);
    return {
      element: look.element, show: () => look.show(), hide() {}, view: () => look.view(), command: () => look.command(), files: () => look.files(), restore: (fields) => look.restore(fields),
    };
  },
};
