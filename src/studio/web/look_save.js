import * as api from "./api.js";
import { download } from "./controls.js";
import { make } from "./elements.js";

const kFiles = [  // text, ending, fields of /api/map
  ["Over the photo", "png", { format: "png", overlay: 1 }],
  ["Map", "png", { format: "png", overlay: 0 }],
  ["Figure", "svg", { format: "svg" }],
  ["Values", "npy", { format: "npy" }],
  ["Signed values", "npy", { format: "npy", values: "signed" }],
  ["Facts", "json", { format: "json" }],
];

/** Files of the active map, as it is shown. */
export class SaveCard {
  constructor() {
    this.links = kFiles.map(([text, ending]) => download(`${text} .${ending}`, "#"));
    this.element = make("section", { class: "card", "aria-labelledby": "save-title", hidden: true },
      make("header", {}, make("h2", { id: "save-title" }, "Save this map")), make("div", { class: "row" }, this.links));
  }

  /** [[text, address, name], ...] */
  files() {
    return this.element.hidden ? [] : this.links.filter((link) => !link.hidden).map((link) => [link.textContent, link.href, link.download]);
  }

  /** `fields` are those of the map, `look` those of its display, `name` the photo's. */
  show(fields, look, name, control) {
    this.element.hidden = !fields;
    if (!fields) return;
    const stem = `${name.replace(/\.[^.]*$/, "")}-${fields.method}`;
    kFiles.forEach(([text, ending, more], i) => {
      this.links[i].href = api.url("/api/map", { ...fields, ...(ending === "png" || ending === "svg" ? look : {}), ...more, ...(more.overlay === 0 ? { overlay: "0" } : {}) });
      this.links[i].download = `${stem}${more.overlay ? "-overlay" : ""}${more.values ? "-signed" : ""}.${ending}`;
      this.links[i].hidden = control && more.values === "signed";
    });
  }
}
