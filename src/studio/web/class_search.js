import * as api from "./api.js";
import { make, newId } from "./elements.js";
import { isAbort } from "./api.js";

/**
 * A field that finds classes of the network by parts of their names, or by index. `choose({class, label})` is called with the
 * chosen one, `choose(null)` when a field that may be empty is emptied.
 */
export class ClassSearch {
  #timer = 0;
  #asked = null;
  #found = [];
  #active = -1;

  constructor({ label, placeholder, modelOf, choose, report }) {
    Object.assign(this, { modelOf, choose, report });
    const id = newId("classes");
    this.list = make("ul", { role: "listbox", id, "aria-label": label, hidden: true });
    this.input = make("input", {
      type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
      dir: "auto", placeholder,
      oninput: () => this.later(),
      onfocus: () => this.ask(),
      onkeydown: (event) => this.press(event),
      onblur: () => this.leave(),
    });
    this.element = make("div", { class: "class-search" }, make("label", { class: "field" }, make("span", {}, label), this.input), this.list);
  }

  /** Shows the chosen class, {class, label}, or nothing. */
  set(chosen) {
    this.chosen = chosen;
    if (document.activeElement !== this.input) this.input.value = chosen?.label ?? "";
  }

  later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), 100);
  }

  async ask() {
    const model = this.modelOf();
    if (!model) return;
    this.#asked?.abort();
    this.#asked = new AbortController();
    const match = this.input.value === this.chosen?.label ? "" : this.input.value.trim();
    try {
      const { classes, total } = await api.get(`/api/models/${model.id}/classes`, { match, limit: 50 }, this.#asked.signal);
      if (document.activeElement === this.input) this.show(classes, total);
    } catch (error) {
      if (!isAbort(error)) this.report(error);
    }
  }

  show(classes, total) {
    this.#found = classes;
    this.#active = -1;
    const more = total > classes.length ? make("li", { class: "hint", role: "presentation" }, `and ${total - classes.length} more`) : null;
    const none = classes.length ? null : make("li", { class: "hint", role: "presentation" }, "No class has such a name");
    this.list.replaceChildren(...classes.map((found, i) =>
      make("li", { role: "option", id: `${this.list.id}-${i}`, "aria-selected": "false", onmousedown: (event) => {
        event.preventDefault();  // the field keeps the focus until the choice is made
        this.take(found);
      } }, make("span", { dir: "auto" }, found.label), make("small", { class: "number" }, found.class))), ...[more, none].filter(Boolean));
    this.open(true);
  }

  open(wanted) {
    this.list.hidden = !wanted;
    this.input.setAttribute("aria-expanded", wanted);
    if (!wanted) this.input.removeAttribute("aria-activedescendant");
  }

  mark(at) {
    const items = this.list.querySelectorAll("[role=option]");
    items[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = (at + items.length) % items.length;
    items[this.#active]?.setAttribute("aria-selected", "true");
    items[this.#active]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", items[this.#active]?.id ?? "");
  }

  press(event) {
    const open = !this.list.hidden;
    if (event.key === "Escape" && open) this.open(false);
    else if (event.key === "ArrowDown" && !open) this.ask();
    else if (event.key === "ArrowDown" && this.#found.length) this.mark(this.#active + 1);
    else if (event.key === "ArrowUp" && open && this.#found.length) this.mark(this.#active < 0 ? this.#found.length - 1 : this.#active - 1);
    else if (event.key === "Enter" && this.input.value.trim() === "") this.take(null);
    else if (event.key === "Enter" && open && this.#found.length) this.take(this.#found[Math.max(this.#active, 0)]);
    else return;
    event.preventDefault();
  }

  take(found) {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.open(false);
    this.chosen = found;
    this.input.value = found?.label ?? "";
    this.choose(found);
  }

  leave() {
    this.open(false);
    if (this.input.value.trim() === "" && this.chosen) this.take(null);
    this.input.value = this.chosen?.label ?? "";
  }
}
