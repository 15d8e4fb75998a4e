import { make } from "./elements.js";

const kKept = "fovea-shortcuts";
/** Keys by themselves belong to the control that has the focus where that takes letters or moves by arrows. */
const takesKeys = (element) =>
  element.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=button]), select, textarea, [contenteditable], [role=listbox], [role=combobox], dialog");

/** Keys that do something wherever the focus is, and the list of them under "?". */
export class Shortcuts {
  all = [];
  enabled = true;

  constructor() {
    try {
      this.enabled = localStorage.getItem(kKept) !== "off";
    } catch {}  // a browser that keeps nothing
    this.dialog = this.makeDialog();
    document.body.append(this.dialog);
    document.addEventListener("keydown", (event) => this.press(event));
  }

  /** {key, text, run(event), tab}: `key` as KeyboardEvent.key has it; `tab` is the id of the tab in which it works, or none. */
  add(shortcut) {
    this.all.push(shortcut);
  }

  press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || takesKeys(event.target)) return;
    const shortcut = this.enabled && this.all.find(({ key, tab }) => key === event.key && (!tab || tab === document.body.dataset.tab));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(event);
  }

  show() {
    const shown = this.all.filter(({ tab }) => !tab || tab === document.body.dataset.tab);
    const name = (key) => ({ " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" }[key] ?? key);
    this.list.replaceChildren(...shown.map(({ key, text }) => make("div", {}, make("dt", {}, make("kbd", {}, name(key))), make("dd", {}, text))));
    this.dialog.showModal();
  }

  makeDialog() {
    this.list = make("dl", { class: "keys" });
    const enabled = make("input", { type: "checkbox", checked: this.enabled, onchange: () => {
      this.enabled = enabled.checked;
      try {
        localStorage.setItem(kKept, enabled.checked ? "on" : "off");
      } catch {}
    } });
    const dialog = make("dialog", { class: "sheet", "aria-labelledby": "keys-title", onclick: (event) => event.target === dialog && dialog.close() },
      make("h2", { id: "keys-title" }, "Keys"), this.list,
      make("p", { class: "hint" }, "Sliders, lists and tabs move by the arrow keys; Tab goes from one to the next."),
      make("label", { class: "check" }, enabled, make("span", {}, "Let single keys act")),
      make("form", { method: "dialog" }, make("button", {}, "Close")));
    return dialog;
  }
}
