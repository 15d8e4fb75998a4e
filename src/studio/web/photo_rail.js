import * as api from "./api.js";
import { make } from "./elements.js";
import { forgetPicture, ownPicture } from "./files.js";
import { icon } from "./icons.js";
import { reasonOf } from "./page_words.js";
import { failureOf } from "./photo_failures.js";
import { nextPhotos } from "./photo_list.js";

/** Photos that are asked for at a time. */
const kPage = 200;

/** The photos as a strip of small pictures, of which one is chosen. */
export class PhotoRail {
  constructor(context) {
    this.context = context;
    const { state } = context;
    this.items = new Map();
    this.list = make("div", { class: "thumbs", role: "listbox", "aria-label": "Photos", "aria-orientation": "vertical", onkeydown: (event) => this.press(event) });
    this.end = make("div", { class: "rail-end", "aria-hidden": "true" });
    this.count = make("p", { class: "hint rail-count" });
    this.remove = make("button", { type: "button", class: "quiet remove-photo", title: "Take the chosen photo away (Delete)", hidden: true, onclick: () => this.removeChosen() }, "Remove");
    this.element = make("aside", { class: "rail", "aria-label": "Photos" },
      make("button", { type: "button", class: "add-photos", onclick: () => context.files.choosePhotos() }, icon("add"), make("span", {}, "Add photos")),
      this.list, this.count, this.remove);
    this.list.append(this.end);
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.more(), { root: null, rootMargin: "600px" }).observe(this.end);
    state.watch(["photos", "photosTotal"], () => this.fill());
    state.watch(["photo"], () => this.mark(true));
    this.fill();
  }

  /** Asks for the next photos of a long list. */
  async more() {
    const { state, notices } = this.context;
    if (this.asking) return;
    this.asking = true;
    try {
      await nextPhotos(state, kPage);
    } catch (error) {
      notices.report(error);
    }
    this.asking = false;
  }

  fill() {
    const { photos, photosTotal } = this.context.state;
    const kept = new Set(photos.map(({ id }) => id));
    for (const [id, item] of this.items) {
      if (kept.has(id)) continue;
      item.remove();
      this.items.delete(id);
    }
    let before = this.list.firstChild;
    for (const photo of photos) {
      const item = this.items.get(photo.id) ?? this.makeItem(photo);
      if (item === before) before = before.nextSibling;
      else this.list.insertBefore(item, before);
    }
    this.count.textContent = photosTotal > photos.length ? `${photos.length} of ${photosTotal}` : "";
    this.mark(false);
  }

  makeItem(photo) {
    const picture = api.url(`/api/photos/${photo.id}/picture`, { side: 192 });
    const image = make("img", {
      src: ownPicture(photo) ?? picture, alt: "", loading: "lazy", decoding: "async", draggable: "false",
      onerror: () => (image.getAttribute("src") === picture ? this.markBroken(item, photo) : image.setAttribute("src", picture)),
    });
    const item = make("div", { class: "thumb", role: "option", id: `photo-${photo.id}`, tabindex: -1, "aria-selected": "false", "aria-label": photo.name, title: photo.name,
      onclick: () => this.context.state.set({ photo: this.current(photo.id) }) },
      make("span", { class: "thumb-picture" }, image), make("span", { class: "thumb-name", dir: "auto", "aria-hidden": "true" }, photo.name));
    this.items.set(photo.id, item);
    return item;
  }

  /** A photo that cannot be read stays in the strip, with the reason. */
  async markBroken(item, photo) {
    item.classList.add("broken");
    const error = await failureOf(photo);
    const reason = error ? reasonOf(photo.name, error) : "the browser cannot show it";
    item.title = `${photo.name}: ${reason}`;
    item.setAttribute("aria-label", `${photo.name}, cannot be read: ${reason}`);
  }

  current(id) {
    return this.context.state.photos.find((photo) => photo.id === id);
  }

  mark(follow) {
    const { photo, photos } = this.context.state;
    for (const [id, item] of this.items) {
      const chosen = id === photo?.id;
      item.setAttribute("aria-selected", chosen);
      item.tabIndex = chosen || (!photo && id === photos[0]?.id) ? 0 : -1;
    }
    this.remove.hidden = photo?.origin !== "uploaded";
    const item = this.items.get(photo?.id);
    if (!follow || !item) return;
    // Only the strip itself moves, never the page.
    const frame = this.list.getBoundingClientRect(), box = item.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) this.list.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
    if (box.left < frame.left || box.right > frame.right) this.list.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
  }

  press(event) {
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 6, PageUp: -6, Home: -Infinity, End: Infinity };
    if (event.key === "Delete") this.removeChosen();
    else if (event.key in steps) this.step(steps[event.key], true);
    else return;
    event.preventDefault();
  }

  /** Chooses the photo so many places further. */
  step(count, focus) {
    const { state } = this.context;
    if (!state.photos.length) return;
    const at = state.photos.findIndex(({ id }) => id === state.photo?.id);
    const photo = state.photos[Math.max(0, Math.min(state.photos.length - 1, at + count))];
    state.set({ photo });
    if (focus) this.items.get(photo.id)?.focus({ preventScroll: true });
    if (at + count >= state.photos.length - 2) this.more();
  }

  /** Takes an uploaded photo away again. */
  async removeChosen() {
    const { state, notices } = this.context;
    const { photo } = state;
    if (photo?.origin !== "uploaded") return;
    const at = state.photos.findIndex(({ id }) => id === photo.id);
    try {
      await api.remove(`/api/photos/${photo.id}`);
      forgetPicture(photo);
      const photos = state.photos.filter(({ id }) => id !== photo.id);
      state.set({ photos, photosTotal: state.photosTotal - 1, photo: photos[Math.min(at, photos.length - 1)] ?? null });
      notices.announce(`${photo.name} is removed`);
    } catch (error) {
      notices.report(error);
    }
  }
}
