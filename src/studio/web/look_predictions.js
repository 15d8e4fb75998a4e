import * as api from "./api.js";
import { ClassSearch } from "./class_search.js";
import { make, newId } from "./elements.js";
import { inSentences } from "./page_words.js";
import { likelihood } from "./words.js";

/** What the network says of the photo, and the choice of the class that is explained. */
export class Predictions {
  #asked = null;
  list = [];

  /** `changed(what)` is called when the contrast changes; the class itself is the state's. */
  constructor(context, changed) {
    Object.assign(this, { context, changed });
    this.against = null;
    this.group = newId("class");
    this.guesses = make("ol", { class: "guesses", "aria-label": "Best guesses" });
    this.warning = make("p", { class: "bad", role: "status", dir: "auto", hidden: true });
    const search = (label, placeholder, choose) =>
      new ClassSearch({ label, placeholder, modelOf: () => context.state.model, choose, report: context.report });
    this.search = search("Explain another class", "part of a name", (found) => {
      this.named = found;
      context.state.set({ class: found?.class ?? null });
    });
    this.contrast = search("Rather than", "no other class", (found) => this.setAgainst(found));
    this.element = make("section", { class: "card", "aria-labelledby": "predictions-title" },
      make("header", {}, make("h2", { id: "predictions-title" }, "What the network sees")), this.warning, this.guesses, this.search.element, this.contrast.element);
    this.empty();
  }

  setAgainst(found) {
    this.against = found;
    this.contrast.set(found);
    this.changed("against");
  }

  /** As many rows as there will be, so that nothing moves when they come. */
  empty() {
    this.list = [];
    this.warning.hidden = true;
    const rows = Math.min(5, this.context.state.model?.classes ?? 5);
    this.guesses.replaceChildren(...Array.from({ length: rows }, () =>
      make("li", { class: "guess pending", "aria-hidden": "true" }, make("span", { class: "guess-name" }, "\u00a0"), make("span", { class: "bar-track" }))));
  }

  async load(fields) {
    this.#asked?.abort();
    const { signal } = (this.#asked = new AbortController());
    try {
      const answer = await api.get("/api/predictions", { ...fields, top: 5 }, signal);
      this.list = answer.predictions;
      this.warning.hidden = true;
      this.show();
      return answer;
    } catch (error) {
      if (api.isAbort(error)) return null;
      this.empty();
      // What photo or network are to blame for is said in place, as in that of the map.
      if (!["input", "model"].includes(error.kind)) this.context.report(error);
      else {
        this.guesses.replaceChildren();
        this.warning.textContent = inSentences(error);
        this.warning.hidden = false;
      }
      return null;
    }
  }

  /** {class, label, probability, score} of a class that is not among the best guesses. */
  addOther(other) {
    this.other = other;
    if (this.list.length) this.show();
  }

  show() {
    const chosen = this.context.state.class;
    const at = this.list.findIndex((guess) => guess.class === (chosen ?? this.list[0]?.class));
    const listed = at < 0 && this.other?.class === chosen ? [...this.list, this.other] : this.list;
    const focused = this.guesses.contains(document.activeElement) ? document.activeElement.value : null;
    this.guesses.replaceChildren(...listed.map((guess, i) => this.row(guess, i, at < 0 ? i === this.list.length : i === at)));
    if (focused !== null) this.guesses.querySelector(`input[value="${focused}"]`)?.focus();
    this.search.set(at < 0 ? this.other ?? this.named : null);
  }

  row(guess, place, checked) {
    const known = guess.probability !== null && guess.probability !== undefined;
    const scores = this.list.map(({ score }) => score), low = Math.min(...scores, 0), high = Math.max(...scores, 1e-9);
    const share = known ? guess.probability : (guess.score - low) / (high - low);
    const input = make("input", { type: "radio", name: this.group, value: guess.class, checked,
      onchange: () => this.context.state.set({ class: place === 0 ? null : guess.class }) });
    return make("li", { class: "guess" }, make("label", {}, input, make("span", { class: "guess-name", dir: "auto", title: guess.label }, guess.label),
      make("span", { class: "number" }, known ? likelihood(guess.probability) : guess.score.toPrecision(4)),
      make("span", { class: "bar-track", "aria-hidden": "true" }, make("span", { style: { width: `${100 * Math.max(0, Math.min(1, share))}%` } }))));
  }
}
