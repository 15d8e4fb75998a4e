/* The controls of the tab Class models: target, method, options, start. */
import { defaultsOf, kMethods, kOptions, kStarts, optionText, rangeOf } from "./ascent_request.js";
import { get } from "./api.js";
import { ClassSearch } from "./class_search.js";
import { button, numberField, segments, selection, slider } from "./controls.js";
import { make } from "./elements.js";
import { shortNames } from "./layer_list.js";

const kTargets = [["class", "Class"], ["channel", "Channel"], ["unit", "Unit"]];

/**
 * `settings` are {target, class, layer, channel, row, column, method, options, start, seed} and change in place; `on` is
 * {onoption, ontarget, onstart}: an option changed, the target or the method changed, the start changed.
 */
export function ascentControls(context, settings, on) {
  const { studio } = context;
  const set = (field, tell) => (value) => {
    settings[field] = value;
    update();
    tell();
  };
  const target = segments("Excite", kTargets, settings.target, set("target", on.ontarget));
  const picker = new ClassSearch({
    label: "Class", placeholder: "label or number", modelOf: () => context.state.model, report: context.report,
    choose: (found) => (found ? set("class", on.ontarget)(found.class) : showClass()),
  });
  const layer = selection("Layer", [], "", (value) => set("layer", on.ontarget)(value));
  const part = { channel: "Channel number", row: "Row", column: "Column" };
  const places = Object.fromEntries(Object.entries(part).map(([field, label]) =>
    [field, numberField({ label, min: 0, step: 1, placeholder: field === "channel" ? "" : "middle", onchange: set(field, on.ontarget) })]));
  const method = segments("Method", kMethods, settings.method, (value) => {
    settings.options = defaultsOf(studio, value);
    set("method", on.ontarget)(value);
  });
  const start = segments("Begin with", kStarts, settings.start, set("start", on.onstart));
  const seed = numberField({ label: "Seed", min: 0, step: 1, value: settings.seed, onchange: (value) => set("seed", on.onstart)(value ?? 0) });
  const sliders = new Map(kOptions.map((option) => [option.field, slider({
    label: option.label, min: 0, max: 1, step: "any", value: 0, text: (value) => optionText(option, value),
    onchange: (value) => {
      settings.options[option.field] = value;
      on.onoption(option.field);
    },
  })]));
  const reset = button("Defaults", { onclick: () => {
    settings.options = defaultsOf(studio, settings.method);
    update();
    on.onoption();
  } });
  const ofLayer = make("div", { class: "ascent-part" }, layer.element, make("div", { class: "ascent-place" }, Object.values(places).map(({ element }) => element)));
  const element = make("div", { class: "ascent-controls" },
    make("div", { class: "card" }, target.element, picker.element, ofLayer),
    make("div", { class: "card" }, method.element, [...sliders.values()].map(({ element: field }) => field), make("div", { class: "row" }, reset)),
    make("div", { class: "card" }, start.element, seed.element));

  function update() {
    target.set(settings.target);
    picker.element.hidden = settings.target !== "class";
    ofLayer.hidden = settings.target === "class";
    places.row.element.hidden = places.column.element.hidden = settings.target !== "unit";
    for (const field of Object.keys(part)) places[field].set(settings[field]);
    layer.set(settings.layer ?? "");
    method.set(settings.method);
    start.set(settings.start);
    seed.set(settings.seed);
    for (const option of kOptions) {
      const { element: field, input, set: show } = sliders.get(option.field);
      field.hidden = !option.methods.includes(settings.method);
      if (field.hidden) continue;
      const value = settings.options[option.field];
      input.min = rangeOf(option.min, settings.method);
      input.max = Math.max(rangeOf(option.max, settings.method), value);
      input.step = rangeOf(option.step, settings.method);
      show(value);
    }
  }
  /** Shows the class by its label. */
  async function showClass() {
    const number = settings.class;
    const { classes } = await get(`/api/models/${context.state.model.id}/classes`, { match: String(number), limit: 100 });
    picker.set(classes.find((found) => found.class === number) ?? { class: number, label: String(number) });
  }

  update();
  return {
    element, update,
    /** Layers with units of the present model. */
    offerLayers(layers) {
      const named = layers.filter(({ units }) => units);
      if (!named.some(({ name }) => name === settings.layer)) settings.layer = (named.find(({ isDefault }) => isDefault) ?? named.at(-1))?.name;
      const names = shortNames(layers);
      layer.fill(named.map(({ name, units }) => [name, `${names.get(name)} (${units.channels} channels)`]), settings.layer);
      const units = named.find(({ name }) => name === settings.layer)?.units;
      if (units) places.channel.input.max = units.channels - 1;
    },
    showClass,
  };
}
