/* The tab Inside: the network's layers, and what each of them answers to a place of the photo. */
import { get, isAbort, raster, runJob } from "./api.js";
import { button, numberField, slider } from "./controls.js";
import { make, newId } from "./elements.js";
import { LayerList } from "./inside_layers.js";
import { channelList, patchGrid, reconstructionFigures, valueText } from "./inside_results.js";
import { fieldText, shapeText, strideText } from "./layer_list.js";
import { MapRaster } from "./map_raster.js";
import { inSentences, pageAdvice, pageText, reasonOf } from "./page_words.js";
import { absence } from "./photo_failures.js";
import { drawFrame, PhotoView } from "./photo_view.js";

const kTop = 12;
const kMarks = { field: "#ffe45c", place: "#ff9d1c", seen: "#ffffff" };

class InsideTab {
  place = null;    // of the photo, [x, y]; null: anywhere
  channel = null;  // {channel, row, column, value, field}
  shows = { whole: false, cut: false };
  #layer = null;
  #fade = 0.75;
  #asked = { layers: 0, units: 0, channel: 0 };
  #isVisible = false;
  #stale = new Set(["layers"]);
  #searched = new Set();  // layers whose patches have been searched for
  #wanted = {};

  constructor(context) {
    this.context = context;
    const help = make("p", { class: "hint", id: newId("help") },
      "Click a place of the photo, or move there by the arrow keys and press Space. Escape asks of the whole photo again.");
    this.view = new PhotoView({ label: "Photo: choose a place", help, onfailure: (photo, error) => photo.id === this.photo?.id && this.#photoFailed(error) });
    this.empty = absence();
    this.mapLayer = this.view.addLayer("activation-map", (layer, scale) => this.#drawMap(layer, scale));
    this.marks = this.view.addLayer("marks", (layer, scale) => this.#drawMarks(layer, scale));
    this.#listen();
    this.layers = new LayerList(() => this.#layerChosen());
    this.facts = make("p", { class: "layer-facts" });
    this.channels = channelList((unit) => this.#choose(unit), (unit) => {
      this.pointed = unit?.field;
      this.marks.redraw();
    });
    this.number = numberField({ label: "Channel", min: 0, step: 1, onchange: (value) => value !== null && this.#chooseNumber(value) });
    this.fade = slider({ label: "Map over the photo", min: 0, max: 1, step: 0.01, value: this.#fade, text: (value) => `${Math.round(100 * value)} %`, oninput: (value) => {
      this.#fade = value;
      this.mapLayer.redraw();
    } });
    this.anywhere = button("Whole photo", { hidden: true, onclick: () => this.#goTo(null) });
    this.range = make("p", { class: "hint" });
    this.reconstructions = reconstructionFigures(this.shows, () => this.#showReconstructions());
    this.patches = patchGrid({ onfind: (signal, progress) => this.#find(signal, progress), nameOf: (id) => this.#nameOf(id), onphoto: (id) => this.#toPhoto(id) });
    this.status = make("p", { class: "inside-status bad", role: "alert" });
    this.element = make("div", { class: "inside-tab" },
      this.layers.element,
      make("div", { class: "inside-work" },
        make("div", { class: "inside-head" }, this.facts, this.status),
        this.empty.element,
        (this.photoPart = make("div", { class: "inside-photo" },
          make("div", { class: "inside-view" }, this.view.element, help,
            make("div", { class: "row inside-map" }, this.fade.element, this.number.element, this.anywhere), this.range),
          this.channels.element)),
        this.reconstructions.element, this.patches.element));
    context.state.watch(["model"], () => this.#refresh("layers"));
    context.state.watch(["photo"], () => {
      this.place = null;
      this.#refresh("units");
    });
    context.state.watch(["photosTotal"], () => this.channel && this.#refresh("channel"));
  }

  get photo() { return this.context.state.photo; }
  get model() { return this.context.state.model; }
  /** The layer that is asked; the list is ahead of it while keys run through it. */
  get layer() { return this.#layer; }

  #nameOf(id) {
    return this.context.state.photos.find((photo) => photo.id === id)?.name ?? id;
  }

  #toPhoto(id) {
    const photo = this.context.state.photos.find((other) => other.id === id);
    if (photo) this.context.state.set({ photo });
  }

  #listen() {
    const { surface } = this.view;
    const follow = (event) => {
      if (!this.view.size) return;
      this.view.cursor = this.view.placeOf(event);
      this.view.moveRing(0);
      this.marks.redraw();
    };
    surface.addEventListener("pointermove", follow);
    const leave = () => {
      this.view.cursor = null;
      this.view.moveRing();
      this.marks.redraw();
    };
    surface.addEventListener("pointerleave", leave);
    surface.addEventListener("click", (event) => this.view.size && this.#goTo(this.view.placeOf(event)));
    surface.addEventListener("keydown", (event) => {
      if (!this.view.size || event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.view.step(event.key, event.shiftKey)) {
        this.marks.redraw();
        return event.preventDefault();
      }
      if (event.key === "Escape") this.#goTo(null);
      else if ((event.key === " " || event.key === "Enter") && this.view.cursor) this.#goTo(this.view.cursor);
      else return;
      event.preventDefault();
    });
    surface.addEventListener("focus", () => {
      if (!this.view.size) return;
      this.view.cursor ??= (this.place ?? [this.view.size.width / 2, this.view.size.height / 2]).map(Math.round);
      this.view.moveRing(0);
    });
    surface.addEventListener("blur", leave);
  }

  #goTo(place) {
    this.place = place && place.map(Math.round);
    this.#refresh("units");
  }

  #drawMap(layer, scale) {
    if (!this.map) return;
    const { region, picture } = this.map;
    layer.globalAlpha = this.#fade;
    layer.imageSmoothingEnabled = true;
    layer.imageSmoothingQuality = "high";
    layer.drawImage(picture, region.x * scale, region.y * scale, region.width * scale, region.height * scale);
    layer.globalAlpha = 1;
  }

  /** What of the photo a unit at the cursor would see, as far as the layer's receptive field says so. */
  #fieldAtCursor() {
    const { cursor } = this.view, { receptiveField } = this.layer ?? {}, region = this.map?.region;
    if (!cursor || !receptiveField || !region) return null;
    const { input } = this.model;
    const width = Math.min(region.width, (receptiveField.width * region.width) / input.width), height = Math.min(region.height, (receptiveField.height * region.height) / input.height);
    const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
    return { x: clamp(cursor[0] - width / 2, region.x, region.x + region.width - width), y: clamp(cursor[1] - height / 2, region.y, region.y + region.height - height), width, height };
  }

  #drawMarks(layer, scale) {
    const atCursor = this.#fieldAtCursor();
    if (atCursor) drawFrame(layer, scale, atCursor, kMarks.seen, true);
    if (this.pointed) drawFrame(layer, scale, this.pointed, kMarks.place, true);
    const field = this.channel?.field ?? this.units?.place?.field;
    if (field) drawFrame(layer, scale, field, kMarks.field);
    if (!this.place) return;
    const [x, y] = this.place.map((value) => value * scale);
    for (const [radius, width, colour] of [[6, 4, "rgb(0 0 0 / 0.65)"], [6, 2, kMarks.place]]) {
      layer.beginPath();
      layer.arc(x, y, radius, 0, 2 * Math.PI);
      layer.lineWidth = width;
      layer.strokeStyle = colour;
      layer.stroke();
    }
  }

  /** In the place of what the tab shows: why there is nothing. */
  #showAbsence(title, reason) {
    this.channels.element.hidden = true;
    this.#showChannel(null);
    this.photoPart.hidden = true;
    this.empty.show(title, reason);
  }

  #photoFailed(error) {
    ++this.#asked.units;
    const { name } = this.photo;
    this.#showAbsence(`${name} cannot be shown`, inSentences({ message: reasonOf(name, error), help: "Choose another photo, or the file as it was before it was damaged" }));
  }

  /** True where the network cannot be run: that is said in place. */
  #saysWhyNot() {
    const { name, error } = this.model;
    if (!error) return false;
    const { message, help } = typeof error === "string" ? { message: error } : error;
    this.#showAbsence(`${name} cannot be run`, inSentences({ message: reasonOf(name, { message: pageText(message) }), help: pageAdvice(help) }));
    return true;
  }

  #fail(error) {
    if (isAbort(error)) return;
    this.status.textContent = inSentences(error);
  }

  /** Asks again for `what` and all that follows from it: "layers", "units" or "channel". */
  #refresh(what) {
    if (!this.#isVisible) return void this.#stale.add(what);
    this.#stale.clear();
    this.status.textContent = "";
    const asks = { layers: () => this.#askLayers(), units: () => this.#askUnits(), channel: () => this.#askChannel() };
    asks[what]();
  }

  async #askLayers() {
    const number = ++this.#asked.layers;
    if (!this.model) return;
    try {
      const model = await get(`/api/models/${this.model.id}`);
      if (number !== this.#asked.layers) return;
      this.channel = this.#layer = null;
      if (this.model.error) this.#askUnits();
      const { layer: wanted } = this.#wanted;
      if (wanted && !model.layers.some(({ name }) => name === wanted)) this.context.doubt(`the layer “${wanted}”`);
      this.layers.load(model.layers, wanted);
      this.#wanted.layer = undefined;
    } catch (error) {
      if (number !== this.#asked.layers) return;
      if (this.model.error) this.#askUnits();
      else this.#fail(error);
    }
  }

  #layerChosen() {
    const layer = (this.#layer = this.layers.chosen);
    const facts = [layer.operator, shapeText(layer), fieldText(layer), strideText(layer)].filter(Boolean);
    this.facts.replaceChildren(make("strong", { dir: "auto" }, layer.name), ` ${facts.join(" · ")}`);
    this.number.input.max = layer.units ? layer.units.channels - 1 : 0;
    this.channel = null;
    this.#refresh("units");
  }

  async #askUnits() {
    const number = ++this.#asked.units;
    ++this.#asked.channel;
    this.map = null;
    this.units = null;
    this.anywhere.hidden = !this.place;
    this.context.viewChanged();
    this.empty.hide();
    this.photoPart.hidden = false;
    if (this.model && this.#saysWhyNot()) return;
    if (!this.layer) return;
    this.view.element.hidden = !this.photo;
    if (!this.photo) {
      this.channels.element.hidden = true;
      this.#showChannel(null);
      this.range.textContent = "Choose or drop a photo to see what its places excite.";
      return;
    }
    try {
      const photo = this.photo.width ? this.photo : await get(`/api/photos/${this.photo.id}`).catch((error) => {
        if (number === this.#asked.units && error.kind === "input") this.#photoFailed(error);
        else throw error;
      });
      if (number !== this.#asked.units) return;
      if (this.view.photo?.id !== photo.id) this.view.show(photo);
      if (!this.layer.units) {
        this.channels.element.hidden = true;
        this.#showChannel(null);
        this.status.textContent = "This layer has no units in rows and columns. Choose another one.";
        return;
      }
      const place = this.place ? { x: this.place[0], y: this.place[1] } : {};
      const units = await get("/api/units", { model: this.model.id, photo: photo.id, layer: this.layer.name, ...place, top: kTop });
      if (number !== this.#asked.units) return;
      this.units = units;
      this.labels = await this.#labels();
      if (number !== this.#asked.units) return;
      this.channels.element.hidden = false;
      const wanted = this.#wanted.channel ?? this.channel?.channel;
      this.#wanted.channel = undefined;
      this.channels.show(units, photo, wanted, (channel) => this.labels?.[channel]);
      const found = units.channels.find(({ channel }) => channel === wanted);
      this.context.announce(units.channels.length ? `Strongest: ${this.#nameOfChannel(units.channels[0].channel)}, ${valueText(units.channels[0].value)}` : "No channel is active here");
      this.#choose(found ?? (wanted !== undefined && wanted < this.layer.units.channels ? { channel: wanted } : units.channels[0] ?? null));
    } catch (error) {
      if (number === this.#asked.units) this.#fail(error);
    }
  }

  /** The classes' names by number, where the layer has a channel for each of them; otherwise null. */
  async #labels() {
    const { model, layer } = this;
    if (!model.hasLabels || layer.units?.channels !== model.classes) return null;
    const key = `${model.id} ${model.revision}`;
    if (this.named?.key !== key) {
      const { classes } = await get(`/api/models/${model.id}/classes`, { limit: model.classes });
      this.named = { key, labels: classes.reduce((labels, found) => ((labels[found.class] = found.label), labels), []) };
    }
    return this.named.labels;
  }

  #nameOfChannel(channel) {
    const label = this.labels?.[channel];
    return label ? `Channel ${channel} (${label})` : `Channel ${channel}`;
  }

  #chooseNumber(channel) {
    this.#choose(this.units?.channels.find((unit) => unit.channel === channel) ?? { channel });
  }

  #choose(unit) {
    this.#showChannel(unit);
    this.#refresh("channel");
  }

  #showChannel(unit) {
    this.channel = unit;
    this.map = null;
    this.number.set(unit?.channel);
    this.channels.mark(unit?.channel);
    this.view.redraw();
    if (unit) return;
    this.range.textContent = "";
    this.reconstructions.hide();
    this.patches.hide();
  }

  async #askChannel() {
    const number = ++this.#asked.channel, unit = this.channel;
    this.context.viewChanged();
    if (!unit || !this.photo || !this.layer?.units) return;
    this.#showReconstructions();
    try {
      const query = { model: this.model.id, photo: this.photo.id, layer: this.layer.name, channel: unit.channel };
      const map = await raster("/api/activation", query);
      if (number !== this.#asked.channel) return;
      const picture = document.createElement("canvas");
      new MapRaster(map, false).paint(picture, { colours: this.context.palette(this.colourMap), percentile: 100, gamma: 1, byValue: false, exact: false });
      this.map = { region: map.region, picture };
      this.range.textContent = `${this.#nameOfChannel(unit.channel)}: activations from ${valueText(map.range[0])} to ${valueText(map.range[1])} at ${map.width} × ${map.height} places`;
      this.mapLayer.redraw();
      await this.#askPatches(number);
    } catch (error) {
      if (number === this.#asked.channel) this.#fail(error);
    }
  }

  get colourMap() {
    const names = Object.keys(this.context.studio.colourMaps);
    return names.find((name) => name === "inferno") ?? names[0];
  }

  get isOneUnit() { return !this.shows.whole && this.channel?.row !== undefined; }

  /** The channel, or its unit, as the server is asked for it. */
  unitQuery() {
    const { channel, row, column } = this.channel ?? {};
    return {
      model: this.model?.id, photo: this.photo?.id, layer: this.layer?.name, channel, row: this.isOneUnit ? row : undefined, column: this.isOneUnit ? column : undefined,
    };
  }

  /** The fields of POST /api/commands. */
  commandFields() {
    if (!this.channel || !this.photo) return null;
    return { view: "inside", ...this.unitQuery(), whole: this.shows.whole || undefined, cut: this.shows.cut || undefined };
  }

  files() {
    return this.channel ? this.reconstructions.files() : [];
  }

  #showReconstructions() {
    const unit = this.channel;
    if (!unit) return;
    const isOne = this.isOneUnit;
    const query = { ...this.unitQuery(), whole: this.shows.whole, cut: this.shows.cut };
    const which = this.shows.whole ? "all its units" : isOne ? `its unit at row ${unit.row}, column ${unit.column}` : "its strongest unit";
    this.reconstructions.show(query, `${this.#nameOfChannel(unit.channel)}, ${which}`);
    this.context.viewChanged();
  }

  async #askPatches(number = this.#asked.channel) {
    // Only what has been searched is asked for: the answer to the rest is an error, which browsers log.
    const patches = this.#searched.has(this.#layerKey) ? await this.#foundPatches() : null;
    if (number === this.#asked.channel) this.patches.show(patches, this.context.state.photosTotal);
  }

  get #layerKey() { return `${this.model.id} ${this.model.revision} ${this.layer.name}`; }

  /** The patches, or null where the search was forgotten. */
  async #foundPatches() {
    try {
      return (await get("/api/patches", { model: this.model.id, layer: this.layer.name, channel: this.channel.channel, top: 9 })).patches;
    } catch (error) {
      if (error.status !== 409) throw error;
      return null;
    }
  }

  async #find(signal, progress) {
    const key = this.#layerKey;
    try {
      await runJob({ kind: "patches", model: this.model.id, layer: this.layer.name, top: 9 }, { progress }, signal);
      this.#searched.add(key);
      await this.#askPatches();
      this.context.announce("The patches are found");
    } catch (error) {
      if (isAbort(error)) await this.#askPatches();
      else this.context.report(error);
    }
  }

  show() {
    this.#isVisible = true;
    this.view.redraw();
    const first = ["layers", "units", "channel"].find((what) => this.#stale.has(what));
    if (first) this.#refresh(first);
  }

  hide() {
    this.#isVisible = false;
  }

  viewFields() {
    return {
      layer: this.layer?.isDefault ? undefined : this.layer?.name, x: this.place?.[0], y: this.place?.[1], channel: this.channel?.channel,
      whole: this.shows.whole || undefined, cut: this.shows.cut || undefined,
    };
  }

  restore(view) {
    const whole = (text) => (/^\d{1,7}$/.test(text ?? "") ? Number(text) : undefined);
    this.shows.whole = view.whole === "1";
    this.shows.cut = view.cut === "1";
    const [x, y] = [whole(view.x), whole(view.y)];
    this.place = x !== undefined && y !== undefined ? [x, y] : null;
    this.#wanted = { layer: view.layer, channel: whole(view.channel) };
    this.#refresh("layers");
  }
}

export default {
  id: "inside",
  title: "Inside",
  create(context) {
    const tab = new InsideTab(context);
    return {
      element: tab.element, show: () => tab.show(), hide: () => tab.hide(), view: () => tab.viewFields(), restore: (view) => tab.restore(view),
      command: () => tab.commandFields(), files: () => tab.files(),
    };
  },
};
