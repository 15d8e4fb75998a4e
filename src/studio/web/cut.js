/* The tab Cut: strokes and maps say what the object is, and a graph cut finds its outline after each stroke. */
import { get, isAbort, post } from "./api.js";
import { drawBox, drawMask, drawStrokes, prepareMask } from "./cut_layers.js";
import { changedSettings, cutRequest, kDefaults, readSettings, whatIsMissing } from "./cut_request.js";
import { cutResult, cutText, filesOf } from "./cut_result.js";
import { brushControls, guideControls } from "./cut_settings.js";
import { toggle } from "./controls.js";
import { make, newId, plural } from "./elements.js";
import { inSentences, reasonOf } from "./page_words.js";
import { addPaintingInput } from "./painting_input.js";
import { absence } from "./photo_failures.js";
import { PhotoView } from "./photo_view.js";
import { badStrokes, decodeStrokes, encodeStrokes, Painting } from "./strokes.js";
import { usableMethods } from "./usable_methods.js";

/** A brush that rests for so many milliseconds shows what its stroke would cut out. */
const kRest = 160;
const kKeys = [
  ["Arrow keys", "move the cursor, with Shift by one pixel"], ["Space", "lowers and lifts the brush"], ["Escape", "drops the stroke"],
  ["O, B, E", "object, background, eraser"], ["[ and ]", "smaller and larger brush"], ["+, -, 0", "larger, smaller, all of the photo"], ["U, R", "undo, redo"], ["Delete", "removes all strokes"],
];

class CutTab {
  brush = { tool: "object", radius: 10 };
  settings = { ...kDefaults };
  shows = { isDimmed: true, isOutlined: true, hasStrokes: true, hasBox: true };
  paintings = new Map();  // of each photo that was painted on
  cut = null;
  mask = null;
  current = null;
  #asked = 0;
  #rest = 0;
  #controller = null;
  #isVisible = false;
  #isStale = true;

  constructor(context) {
    this.context = context;
    const help = make("dl", { class: "cut-keys", id: newId("keys") }, kKeys.map(([key, text]) => make("div", {}, make("dt", {}, key), make("dd", {}, text))));
    this.view = new PhotoView({ label: "Photo to paint on", help, onfailure: (photo, error) => photo.id === this.photo?.id && this.#photoFailed(error) });
    this.empty = absence();
    this.maskLayer = this.view.addLayer("cut-mask", (layer, scale) => this.#drawMask(layer, scale));
    this.strokeLayer = this.view.addLayer("cut-strokes", (layer, scale) => this.shows.hasStrokes && drawStrokes(layer, scale, this.painting.strokes, this.current));
    const on = {
      onbegin: (stroke) => this.#move(stroke, `${stroke.tool} stroke begins at ${stroke.points[0].map(Math.round).join(", ")}`),
      onmove: (stroke) => this.#move(stroke),
      onend: (stroke) => this.#endStroke(stroke),
      oncancel: () => this.#move(null, "Stroke dropped"),
      onbrush: () => this.#showBrush(),
      onundo: () => this.#history(() => this.painting.undo(), "Undone"),
      onredo: () => this.#history(() => this.painting.redo(), "Done again"),
      onclear: () => this.#history(() => this.painting.clear(), "All strokes removed"),
    };
    this.brushes = brushControls(this.brush, on);
    addPaintingInput(this.view, this.brush, on);
    this.guide = guideControls(this.settings, () => this.#ask());
    const offer = () => this.guide.offer(usableMethods(context.studio, context.state.model));
    offer();
    context.state.watch(["model"], offer);
    for (const [key, text, run] of [["o", "Paint object", "object"], ["b", "Paint background", "background"], ["e", "Erase", "eraser"]])
      context.shortcuts.add({ key, text, tab: "cut", run: () => { this.brush.tool = run; this.#showBrush(); } });
    context.shortcuts.add({ key: "u", text: "Undo", tab: "cut", run: on.onundo });
    context.shortcuts.add({ key: "r", text: "Redo", tab: "cut", run: on.onredo });
    this.result = cutResult();
    this.status = make("p", { class: "cut-status" });
    const shown = [["Dim background", "isDimmed"], ["Outline", "isOutlined"], ["Strokes", "hasStrokes"], ["Box", "hasBox"]].map(([label, field]) =>
      toggle(label, this.shows[field], (value) => {
        this.shows[field] = value;
        this.view.redraw();
      }).element);
    this.element = make("div", { class: "cut-tab" },
      make("div", { class: "cut-work" },
        this.view.element, this.empty.element,
        make("div", { class: "cut-under" }, this.status, make("fieldset", { class: "shown" }, make("legend", { class: "unseen" }, "Show"), shown), this.view.zoomButtons()), this.result.element),
      make("div", { class: "cut-controls" }, this.brushes.element, this.guide.element,
        make("details", { class: "card" }, make("summary", {}, "Keys on the photo"), help)));
    this.view.surface.append(this.busy = make("span", { class: "cut-busy", hidden: true, "aria-hidden": "true" }));
    context.state.watch(["photo"], () => this.#showPhoto());
    context.state.watch(["model", "class"], () => {
      if (this.settings.guide !== "strokes") this.#ask();
    });
    this.#showPhoto();
  }

  get photo() { return this.context.state.photo; }

  get painting() {
    const id = this.photo?.id;
    if (!this.paintings.has(id)) this.paintings.set(id, new Painting());
    return this.paintings.get(id);
  }

  #drawMask(layer, scale) {
    if (!this.mask) return;
    drawMask(layer, scale, this.mask, this.view.size, this.shows);
    if (this.shows.hasBox) drawBox(layer, scale, this.cut.box);
  }

  async #showPhoto() {
    const { photo } = this;
    this.size = this.failure = null;
    this.#forget();
    this.empty.hide();
    this.view.element.hidden = !photo;
    if (!photo) return this.#say("Choose or drop a photo to cut.");
    const known = photo.width ? photo : await get(`/api/photos/${photo.id}`).catch((error) => this.photo?.id === photo.id && this.#photoFailed(error));
    if (!known || this.photo?.id !== photo.id) return;
    this.size = known;
    const longest = Math.max(known.width, known.height);
    this.brush.radius = Math.max(Math.min(3, Math.ceil(longest / 16)), Math.round(longest / 60));
    this.#say("");
    if (this.waiting !== undefined) {
      this.painting.load(decodeStrokes(this.waiting));
      this.waiting = undefined;
    }
    this.view.show(known);
    this.#showBrush();
    this.#ask();
  }

  /** In the photo's place: why it is not there. */
  #photoFailed(error) {
    const { name } = this.photo;
    this.failure = `${name} cannot be cut: ${reasonOf(name, error)}`;
    this.size = null;
    this.#forget();
    this.#say("");
    this.view.element.hidden = true;
    this.empty.show(`${name} cannot be shown`, inSentences({ message: reasonOf(name, error), help: "Choose another photo, or the file as it was before it was damaged" }));
  }

  #forget() {
    this.#controller?.abort();
    ++this.#asked;
    this.cut = this.mask = this.current = null;
    this.busy.hidden = true;
    this.result.clear();
    this.maskLayer.redraw();
  }

  #say(text, isError = false) {
    this.status.textContent = text;
    this.status.classList.toggle("bad", isError);
  }

  #fail(error) {
    if (isAbort(error)) return;
    this.busy.hidden = true;
    this.#say(inSentences(error), true);
    this.context.announce(error.message);
  }

  #showBrush() {
    this.brushes.update(this.painting);
    this.view.surface.dataset.tool = this.brush.tool;
    this.view.moveRing(this.brush.radius);
  }

  #move(stroke, text) {
    this.current = stroke;
    clearTimeout(this.#rest);
    if (stroke && stroke.tool !== "eraser" && this.settings.guide !== "map") this.#rest = setTimeout(() => this.#ask(stroke), kRest);
    this.strokeLayer.redraw();
    if (text) this.context.announce(text);
  }

  #endStroke({ tool, radius, points }) {
    clearTimeout(this.#rest);
    this.current = null;
    if (tool === "eraser") this.painting.erase(points, radius);
    else this.painting.add({ label: tool, radius, points });
    this.#strokesChanged();
  }

  #history(change, text) {
    const before = this.painting.strokes;
    change();
    if (before === this.painting.strokes) return;
    this.context.announce(`${text}: ${plural(this.painting.strokes.length, "stroke")}`);
    this.#strokesChanged();
  }

  #strokesChanged() {
    this.#showBrush();
    this.strokeLayer.redraw();
    if (this.settings.guide !== "map") this.#ask();
    else this.context.viewChanged();
  }

  request(strokes = this.painting.strokes) {
    const { photo, model, class: chosen } = this.context.state;
    return cutRequest(this.settings, strokes, { photo: photo?.id, model: model?.id, class: chosen });
  }

  /** The fields of POST /api/commands; while there is nothing to cut by, what has to be done first. */
  command() {
    if (!this.photo) return null;
    return this.failure ?? whatIsMissing(this.settings, this.painting.strokes) ?? { view: "cut", ...this.request() };
  }

  /** Asks for a cut, with a stroke that is under way if one is given; the answers to earlier questions are dropped. */
  async #ask(unfinished) {
    if (!unfinished) this.context.viewChanged();
    if (!this.photo || !this.size) return;
    if (!this.#isVisible) return void (this.#isStale = true);
    this.#isStale = false;
    const { strokes: finished } = this.painting;
    const strokes = unfinished ? [...finished, { ...unfinished, label: unfinished.tool }] : finished;
    const missing = whatIsMissing(this.settings, strokes);
    if (missing) return unfinished ? undefined : this.#showMissing(missing);
    this.#controller?.abort();
    this.#controller = new AbortController();
    const number = ++this.#asked, began = performance.now(), { size } = this;
    this.busy.hidden = false;
    try {
      const cut = await post("/api/cut", this.request(strokes), this.#controller.signal);
      if (number !== this.#asked) return;
      this.cut = cut;
      this.mask = prepareMask(cut.mask);
      this.maskLayer.redraw();
      this.busy.hidden = true;
      this.#say("");
      if (unfinished) return;
      this.result.show(cut, size, this.settings.guide !== "strokes", performance.now() - began);
      this.context.announce(cutText(cut, size));
    } catch (error) {
      if (number === this.#asked) this.#fail(error);
    }
  }

  #showMissing(text) {
    this.#forget();
    if (this.painting.strokes.length) this.context.announce(text);
    this.#say(text);
  }

  show() {
    this.#isVisible = true;
    this.view.redraw();
    if (this.#isStale) this.#ask();
  }

  hide() {
    this.#isVisible = false;
  }

  viewFields() {
    return { strokes: encodeStrokes(this.painting.strokes) || undefined, ...changedSettings(this.settings) };
  }

  restore(view) {
    Object.assign(this.settings, readSettings(view));
    const bad = badStrokes(view.strokes);
    if (bad) this.context.doubt(plural(bad, "stroke"));
    this.guide.update();
    if (this.size && this.photo) {
      this.painting.load(decodeStrokes(view.strokes));
      this.#strokesChanged();
    } else {
      this.waiting = view.strokes ?? "";
    }
  }
}

export default {
  id: "cut",
  title: "Cut",
  create(context) {
    const tab = new CutTab(context);
    return {
      element: tab.element, show: () => tab.show(), hide: () => tab.hide(), view: () => tab.viewFields(), restore: (view) => tab.restore(view),
      command: () => tab.command(), files: () => (tab.cut ? filesOf(tab.cut, tab.photo) : []),
    };
  },
};
