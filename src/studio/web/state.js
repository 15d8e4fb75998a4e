/**
 * What all tabs share: `model` and `photo` as the server describes them (null: none), `class` (a number, or null for the best
 * guess), and the lists `models` and `photos`. `set` dispatches one "change" whose detail is a Set of the names that changed.
 */
export class State extends EventTarget {
  model = null;
  photo = null;
  class = null;
  models = [];
  photos = [];
  photosTotal = 0;

  set(changes) {
    const wanted = { ...changes };
    const other = (name) => name in wanted && wanted[name]?.id !== this[name]?.id;
    // A class belongs to what was seen: another photo or network begins with its own best guess.
    if (!("class" in wanted) && (other("photo") || other("model"))) wanted.class = null;
    const changed = new Set(Object.keys(wanted).filter((name) => wanted[name] !== this[name]));
    if (!changed.size) return;
    for (const name of changed) this[name] = wanted[name];
    this.dispatchEvent(new CustomEvent("change", { detail: changed }));
  }

  /** Calls `use(changed)` whenever one of the names changes. */
  watch(names, use) {
    this.addEventListener("change", ({ detail }) => names.some((name) => detail.has(name)) && use(detail));
  }
}
