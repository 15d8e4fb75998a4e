import * as api from "./api.js";
import { make } from "./elements.js";
import { forgetPicture, ownPicture } from "./files.js";
import { icon } from "./icons.js";
import { MapRaster } from "./map_raster.js";
import { usableMethods } from "./usable_methods.js";
import { duration, likelihood } from "./words.js";

/** Milliseconds after which a map that is on its way is shown to be. */
const kPatience = 150;

/** One map over the photo, by one method of one network. */
export class Pane {
  raster = null;  // MapRaster of the map, and of its signed values
  signed = null;
  #running = null;
  #photo = null;

  /** `stage` is the Stage; `settings` {method, model, options} are the pane's own, which its head changes. */
  constructor(context, stage, settings) {
    Object.assign(this, { context, stage, settings });
    this.image = make("img", { class: "pane-photo", alt: "", draggable: "false", decoding: "async" });
    this.canvas = make("canvas", { class: "pane-map", hidden: true });
    this.frame = make("span", { class: "pane-region", hidden: true });
    this.cross = make("span", { class: "pane-cross", hidden: true });
    this.world = make("div", { class: "pane-world", role: "img", "aria-label": "Photo" }, this.image, this.canvas, this.frame, this.cross);
    this.bar = make("div", { class: "pane-progress", hidden: true }, make("span"));
    this.cover = make("div", { class: "pane-cover", hidden: true });
    this.readout = make("span", { class: "readout number", "aria-hidden": "true" });
    this.view = make("div", { class: "pane-view" }, this.world, this.readout, this.bar, this.cover);
    this.answer = make("p", { class: "pane-answer" });
    // One line, so that nothing moves when it comes; a press shows all of it.
    this.note = make("button", { type: "button", class: "pane-note hint", "aria-expanded": "false", onclick: () => this.note.setAttribute("aria-expanded", this.note.getAttribute("aria-expanded") !== "true") });
    this.time = make("small", { class: "pane-time number", title: "Time to compute this map" });
    this.element = make("section", { class: "pane", onpointerdown: () => stage.choose(this), onfocusin: () => stage.choose(this) },
      this.makeHead(), this.view, make("footer", { class: "pane-foot" }, this.answer, this.note, this.time));
    stage.viewport.listenTo(this.view, () => this.world.getBoundingClientRect());
    this.view.addEventListener("pointermove", (event) => stage.point(this.placeOf(event)));
    this.view.addEventListener("pointerleave", () => stage.point(null));
    new ResizeObserver(() => this.place()).observe(this.view);
  }

  get model() {
    return this.context.state.models.find(({ id }) => id === this.settings.model) ?? this.context.state.model;
  }

  makeHead() {
    this.method = make("select", { "aria-label": "Method", onchange: () => this.stage.changeMethod(this, this.method.value) });
    this.network = make("select", { "aria-label": "Network of this map", onchange: () => this.stage.changeModel(this, this.network.value) });
    this.remove = make("button", { type: "button", class: "quiet round", title: "Close this map", onclick: () => this.stage.remove(this) },
      icon("close"), make("span", { class: "unseen" }, "Close this map"));
    return make("header", { class: "pane-head" }, this.method, this.network, this.remove);
  }

  /** Fills the head's lists; `alone`: the only pane, which cannot be closed. */
  fillHead(alone) {
    const { studio, state } = this.context;
    const option = ({ name, title }) => make("option", { value: name, selected: name === this.settings.method }, title);
    const group = (label, list) => (list.length ? make("optgroup", { label }, list.map(option)) : null);
    // What an address or another network chose stays in the list: its map says why there is none.
    const usable = usableMethods(studio, this.model), methods = studio.methods.filter((method) => usable.includes(method) || method.name === this.settings.method);
    const usual = methods.filter(({ samples }) => !samples), sampling = methods.filter(({ samples }) => samples);
    this.method.replaceChildren(...[group("At once", usual), group("By many samples", sampling), group("Controls, which see no photo", studio.controls)].filter(Boolean));
    this.network.replaceChildren(...state.models.map(({ id, name }) => make("option", { value: id, selected: id === this.model?.id }, name)));
    this.network.hidden = alone || state.models.length < 2;
    this.remove.hidden = alone;
  }

  /** Where the pointer is, in shares of the photo, or null outside of it. */
  placeOf({ clientX, clientY }) {
    const box = this.world.getBoundingClientRect(), x = (clientX - box.left) / box.width, y = (clientY - box.top) / box.height;
    return x >= 0 && x < 1 && y >= 0 && y < 1 ? { x, y } : null;
  }

  /** Shows another photo, and no map until there is one of it. */
  async showPhoto(photo, source) {
    if (this.#photo?.id === photo?.id && this.image.getAttribute("src") === source) return;
    const other = this.#photo?.id !== photo?.id;
    this.#photo = photo;
    if (other) this.clear();
    this.image.hidden = !photo;
    if (!photo) return;
    this.image.src = source;
    const isShown = await this.image.decode().then(() => true, () => false);
    if (this.#photo?.id !== photo.id || this.image.getAttribute("src") !== source) return;
    // A file that this browser cannot read, or reads in another size, comes from the server.
    const isOther = !isShown || (photo.width && (this.image.naturalWidth !== photo.width || this.image.naturalHeight !== photo.height));
    if (source === ownPicture(photo) && isOther) {
      forgetPicture(photo);
      this.stage.showPhoto();
    }
    this.place();
  }

  clear() {
    this.#running?.abort();
    this.checking?.abort();
    this.#running = null;
    this.idle();
    this.cover.hidden = true;
    this.raster = this.signed = this.result = null;
    this.canvas.hidden = this.frame.hidden = true;
    for (const part of [this.answer, this.note, this.time]) part.replaceChildren();
  }

  /** Puts photo and map where the viewport says. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.view, { naturalWidth, naturalHeight } = this.image;
    if (!width || !naturalWidth) return;
    const scale = Math.min(width / naturalWidth, height / naturalHeight), w = naturalWidth * scale, h = naturalHeight * scale;
    const { zoom, x, y } = this.stage.viewport;
    // Along a side where all of the photo fits, it stays in the middle.
    const offset = (outer, inner, at) => (inner * zoom <= outer ? (outer - inner * zoom) / 2 : Math.min(0, Math.max(outer - inner * zoom, outer / 2 - at * inner * zoom)));
    Object.assign(this.world.style, { width: `${w}px`, height: `${h}px`, transform: `translate(${offset(width, w, x)}px, ${offset(height, h, y)}px) scale(${zoom})` });
    this.world.style.setProperty("--zoom", zoom);
    this.view.classList.toggle("movable", zoom > 1);
  }

  placeMap() {
    const { region } = this.result ?? {}, { width, height } = this.#photo ?? {};
    if (!region || !width) return;
    const share = (value, of) => `${(100 * value) / of}%`;
    for (const { style } of [this.canvas, this.frame])
      Object.assign(style, { left: share(region.x, width), top: share(region.y, height), width: share(region.width, width), height: share(region.height, height) });
    this.frame.hidden = region.width >= width && region.height >= height;
  }

  /** Asks for the map of those fields and shows it; a request before this one is given up. */
  async load(fields, isSlow) {
    this.#running?.abort();
    this.checking?.abort();
    const running = (this.#running = new AbortController()), { signal } = running;
    this.fields = fields;
    this.cover.hidden = true;
    const waiting = setTimeout(() => this.busy(), kPatience);
    try {
      if (isSlow) await api.runJob({ kind: "map", ...fields }, { progress: (progress) => this.busy(progress) }, signal);
      const started = performance.now();
      const [map] = await Promise.all([api.raster("/api/map", fields, signal), this.ensureSize(signal)]);
      if (this.#running !== running) return;
      this.show(map, performance.now() - started);
      this.loadSigned(fields, signal);
    } catch (error) {
      if (this.#running !== running) return;
      const { otherwise } = this.settings;
      if (otherwise && !api.isAbort(error)) {
        const { method } = this.settings;
        this.method.value = otherwise;
        this.stage.changeMethod(this, otherwise);
        this.settings.insteadOf = { method, otherwise };
        return;
      }
      this.canvas.hidden = true;
      this.raster = null;
      this.explain(error);
    } finally {
      clearTimeout(waiting);
      if (this.#running === running) this.idle();
    }
  }

  /** The photo's size is known once it was read. */
  async ensureSize(signal) {
    const photo = this.#photo;
    if (photo && !photo.width) Object.assign(photo, await api.get(`/api/photos/${photo.id}`, {}, signal));
  }

  show(map) {
    this.result = map;
    const info = this.context.studio.methods.find(({ name }) => name === this.settings.method);
    if (!info?.perChannel && map.levels === null) map.levels = [map.range?.[0] ?? 0, 0];
    this.raster = new MapRaster(map, false);
    this.signed = null;
    this.note.textContent = this.note.title = "";
    this.note.setAttribute("aria-expanded", "false");
    this.placeMap();
    this.paint();
    this.say();
    this.stage.shown(this);
  }

  /** The signed values come after the map, so that a switch shows them at once. */
  async loadSigned(fields, signal) {
    if (this.context.studio.controls.some(({ name }) => name === fields.method)) return;
    try {
      this.signed = new MapRaster(await api.raster("/api/map", { ...fields, values: "signed" }, signal), true);
      if (this.stage.display.signed) this.paint();
    } catch {}  // the map itself stays
  }

  paint() {
    if (!this.raster) return;
    const { display } = this.stage, signed = display.signed && this.signed;
    (signed || this.raster).paint(this.canvas, { ...display, byValue: display.blend === "value", colours: signed ? this.stage.signedColours : this.context.palette(display.colours) });
    this.canvas.hidden = false;
  }

  /** What the map explains, in words. */
  say() {
    const { label, probability, score, method, seconds, class: index } = this.result;
    const name = label ?? `class ${index}`, { against } = this.stage.chosen;
    const title = this.method.selectedOptions[0]?.textContent ?? method;
    this.answer.replaceChildren(make("strong", { dir: "auto" }, name), against ? make("span", {}, " rather than ", make("strong", { dir: "auto" }, against.label)) : "",
      make("span", { class: "number" }, probability === null ? ` score ${score?.toPrecision(4)}` : ` ${likelihood(probability)}`));
    this.answer.title = method ?? title;
    this.time.textContent = seconds ? duration(seconds) : "";
    this.world.setAttribute("aria-label", `${title} of ${name} over ${this.#photo?.name ?? "the photo"}`);
  }

  busy(progress) {
    const { done = 0, total = 0, place = 0, text = "" } = progress ?? {};
    this.element.classList.add("waiting");
    this.bar.hidden = false;
    this.bar.classList.toggle("endless", !total);
    this.bar.firstChild.style.width = total ? `${(100 * done) / total}%` : "";
    if (!progress) return;
    if (this.cover.hidden || !this.cover.querySelector(".pane-count"))
      this.cover.replaceChildren(make("p", { class: "pane-count" }), make("button", { type: "button", onclick: () => this.cancel() }, "Cancel"));
    this.cover.hidden = false;
    this.cover.firstChild.textContent = place > 0 ? `Waiting, place ${place} in the queue` : total ? `${done} of ${total} ${text}`.trim() : "Starting";
  }

  idle() {
    this.element.classList.remove("waiting");
    this.bar.hidden = true;
    if (this.cover.querySelector(".pane-count")) this.cover.hidden = true;
  }

  cancel() {
    this.#running?.abort();
    this.context.announce("Cancelled");
  }

  /** In the map's place: why there is none, and what would work. */
  explain(error) {
    const again = make("button", { type: "button", onclick: () => this.stage.load(this) }, api.isAbort(error) ? "Compute it" : "Try again");
    this.cover.replaceChildren(make("p", { role: "alert", dir: "auto" }, api.isAbort(error) ? "Cancelled." : error.message), error.help ? make("p", { class: "hint", dir: "auto" }, error.help) : "", again);
    this.cover.hidden = false;
    for (const part of [this.answer, this.note, this.time]) part.replaceChildren();
  }

  /** The value of the map at a place of the photo, in shares of it; null outside of the map. */
  valueAt({ x, y }) {
    const { region } = this.result ?? {}, photo = this.#photo;
    const raster = (this.stage.display.signed && this.signed) || this.raster;
    if (!raster || !region || !photo?.width) return null;
    const column = Math.floor(((x * photo.width - region.x) / region.width) * raster.width), row = Math.floor(((y * photo.height - region.y) / region.height) * raster.height);
    return column >= 0 && column < raster.width && row >= 0 && row < raster.height ? raster.values[row * raster.width + column] : null;
  }

  /** Says the map's value at a place of the photo, and marks the place if `mark`. */
  point(place, mark) {
    this.cross.hidden = !place || !mark;
    if (place) Object.assign(this.cross.style, { left: `${100 * place.x}%`, top: `${100 * place.y}%` });
    const value = place && this.#photo?.width ? this.valueAt(place) : null;
    this.readout.textContent = !place || !this.#photo?.width ? ""
      : `${Math.floor(place.x * this.#photo.width)}, ${Math.floor(place.y * this.#photo.height)}: ${value === null ? "outside" : value.toPrecision(3)}`;
  }

  dispose() {
    this.clear();
    this.element.remove();
  }
}
