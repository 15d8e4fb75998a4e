/*
 * A photo with layers of drawing above it and a cursor that pointer and keyboard move. Positions are in photo pixels, 0, 0
 * is the top left corner.
 */
import { button } from "./controls.js";
import { make } from "./elements.js";
import { forgetPicture, ownPicture } from "./files.js";
import { failureOf } from "./photo_failures.js";

/** Pictures are asked for at these sides, so that a window's size does not make every picture another one. */
const kSides = [512, 768, 1024, 1536, 2048];
const kMostZoom = 12;
/** Canvases have at most so many pixels along a side: when a photo is enlarged a lot, what is drawn on it gets coarser. */
const kLargestCanvas = 4096;

export class PhotoView {
  #layers = [];
  #resized;

  /**
   * `label` is what a screen reader calls the view, `help` the element that says which keys it knows. `onfailure(photo, error)` is
   * called where a photo has no picture.
   */
  constructor({ label, help, onfailure }) {
    this.size = null;
    this.scale = 1;
    this.zoom = 1;
    this.cursor = null;
    this.image = make("img", { class: "photo-view-picture", alt: "", draggable: "false", onerror: () => this.#pictureFailed(onfailure) });
    this.ring = make("div", { class: "photo-view-cursor", hidden: true });
    this.surface = make("div", {
      class: "photo-view-surface", tabindex: 0, role: "application", "aria-roledescription": "photo", "aria-label": label,
      "aria-describedby": help?.id, oncontextmenu: (event) => event.preventDefault(),
    }, this.image, this.ring);
    this.element = make("div", { class: "photo-view" }, this.surface);
    this.element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey || !this.size) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 250), this.placeOf(event));
    }, { passive: false });
    this.#resized = new ResizeObserver(() => this.#fit());
    this.#resized.observe(this.element);
  }

  /** Adds a canvas above what is there; `draw(context, scale)` draws on it, in screen pixels of `scale` for a photo's pixel. */
  addLayer(name, draw) {
    const canvas = make("canvas", { class: `photo-view-layer ${name}`, "aria-hidden": "true" });
    this.surface.insertBefore(canvas, this.ring);
    const layer = { canvas, draw };
    this.#layers.push(layer);
    return { canvas, redraw: () => this.#draw(layer) };
  }

  /** Shows the photo, which is {id, name, width, height}. */
  show(photo) {
    this.size = { width: photo.width, height: photo.height };
    this.photo = photo;
    this.cursor = null;
    this.zoom = 1;
    this.moveRing();
    this.#fit();
  }

  /** A file that this browser cannot read comes from the server; what the server cannot read either has no picture. */
  async #pictureFailed(onfailure) {
    const { photo } = this;
    if (this.image.getAttribute("src") === ownPicture(photo)) {
      forgetPicture(photo);
      return this.#fit();
    }
    const error = await failureOf(photo);
    if (error && photo === this.photo) onfailure?.(photo, error);
  }

  /** Enlarges the photo; `place` stays where it is on the screen, by default the cursor or the middle of what is seen. */
  zoomBy(factor, place = this.cursor) {
    if (!this.size) return;
    const { element, surface, scale: before } = this;
    const [x, y] = place ?? [(element.scrollLeft + element.clientWidth / 2) / before, (element.scrollTop + element.clientHeight / 2) / before];
    const left = surface.offsetLeft - element.scrollLeft, top = surface.offsetTop - element.scrollTop;
    this.zoom = Math.min(kMostZoom, Math.max(1, this.zoom * factor));
    this.#fit();
    element.scrollLeft = surface.offsetLeft - left + x * (this.scale - before);
    element.scrollTop = surface.offsetTop - top + y * (this.scale - before);
  }

  /** Shows all of the photo again. */
  fit() {
    this.zoom = 1;
    this.#fit();
  }

  /** Buttons for the enlargement, where keys and wheels are not at hand. */
  zoomButtons() {
    const of = (text, label, onclick) => button(text, { "aria-label": label, title: label, onclick });
    return make("div", { class: "zoom row", role: "group", "aria-label": "Enlargement" },
      of("−", "Smaller (-)", () => this.zoomBy(1 / 1.5, null)), of("+", "Larger (+)", () => this.zoomBy(1.5, null)), of("All", "All of the photo (0)", () => this.fit()));
  }

  redraw() {
    this.#layers.forEach((layer) => this.#draw(layer));
  }

  #fit() {
    if (!this.size) return;
    const { width, height } = this.size;
    const style = getComputedStyle(this.element);
    const most = parseFloat(style.getPropertyValue("--tallest")) || 0.72;
    const fitted = Math.min(this.element.offsetWidth, (most * innerHeight * width) / height);
    if (fitted < 1) return;
    const shown = fitted * this.zoom;
    this.scale = shown / width;
    this.element.style.height = `${(fitted * height) / width}px`;
    this.element.classList.toggle("enlarged-view", this.zoom > 1);
    this.surface.style.width = `${shown}px`;
    this.surface.style.height = `${height * this.scale}px`;
    const wanted = Math.max(shown, height * this.scale) * (devicePixelRatio || 1);
    const side = kSides.find((side) => side >= wanted) ?? kSides.at(-1);
    const source = ownPicture(this.photo) ?? `/api/photos/${this.photo.id}/picture?side=${side}`;
    if (this.image.getAttribute("src") !== source) this.image.src = source;
    this.moveRing();
    this.redraw();
  }

  #draw({ canvas, draw }) {
    if (!this.size) return;
    const longest = this.scale * Math.max(this.size.width, this.size.height);
    const ratio = Math.min(devicePixelRatio || 1, kLargestCanvas / longest);
    const width = Math.round(this.size.width * this.scale * ratio), height = Math.round(this.size.height * this.scale * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, this.scale);
  }

  /** The place of a pointer's event, within the photo. */
  placeOf(event) {
    const box = this.surface.getBoundingClientRect();
    return this.within([(event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale]);
  }

  within([x, y]) {
    return [Math.min(this.size.width - 1, Math.max(0, x)), Math.min(this.size.height - 1, Math.max(0, y))];
  }

  /** Moves the cursor by keys: a step is a fiftieth of the longer side, or one pixel. */
  step(key, isFine) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!moves[key] || !this.size) return false;
    const { width, height } = this.size;
    const length = isFine ? 1 : Math.max(1, Math.round(Math.max(width, height) / 50));
    const [x, y] = this.cursor ?? [width / 2, height / 2];
    this.cursor = this.within([x + length * moves[key][0], y + length * moves[key][1]].map(Math.round));
    this.moveRing();
    this.#follow();
    return true;
  }

  /** Scrolls an enlarged photo so that the cursor is seen. */
  #follow() {
    if (this.zoom === 1) return;
    const { element } = this, margin = 40;
    const [x, y] = this.cursor.map((value) => value * this.scale);
    element.scrollLeft = Math.min(Math.max(element.scrollLeft, x + margin - element.clientWidth), x - margin);
    element.scrollTop = Math.min(Math.max(element.scrollTop, y + margin - element.clientHeight), y - margin);
  }

  /** Shows the ring around the cursor; `radius` in photo pixels stays until another is given. */
  moveRing(radius = this.radius ?? 0) {
    this.radius = radius;
    this.ring.hidden = !this.cursor;
    if (!this.cursor) return;
    const side = Math.max(10, 2 * radius * this.scale);
    Object.assign(this.ring.style, {
      width: `${side}px`, height: `${side}px`,
      transform: `translate(${this.cursor[0] * this.scale - side / 2}px, ${this.cursor[1] * this.scale - side / 2}px)`,
    });
  }
}

/** The rectangle {x, y, width, height} of the photo as a frame that is seen on any ground. */
export function drawFrame(context, scale, box, colour, isDashed = false) {
  const place = [box.x, box.y, box.width, box.height].map((value) => value * scale);
  context.setLineDash([]);
  context.lineWidth = 4;
  context.strokeStyle = "rgb(0 0 0 / 0.65)";
  context.strokeRect(...place);
  context.setLineDash(isDashed ? [6, 4] : []);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.strokeRect(...place);
  context.setLineDash([]);
}
