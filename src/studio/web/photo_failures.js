/* Photos that cannot be read, with the reason. */
import { blob } from "./api.js";
import { make } from "./elements.js";

const kSide = 192;
const reasons = new Map();  // promises of an error or null, by the photos' ids

/** Why a photo's picture cannot be shown, as an error; null if it can. */
export function failureOf(photo) {
  if (!reasons.has(photo.id)) {
    const asked = blob(`/api/photos/${photo.id}/picture`, { side: kSide }).then(() => null, (error) => error);
    reasons.set(photo.id, asked);
    asked.then((error) => error?.kind !== "input" && reasons.delete(photo.id));  // a server that was busy or gone may answer later
  }
  return reasons.get(photo.id);
}

/** What stands in the place of something that cannot be shown: {element, show(title, error), hide()}. */
export function absence() {
  const title = make("h2", { dir: "auto" }), reason = make("p", { dir: "auto" });
  const element = make("div", { class: "empty absence", role: "status", hidden: true }, title, reason);
  return {
    element,
    show(words, why) {
      title.textContent = words;
      reason.textContent = why[0].toUpperCase() + why.slice(1);
      element.hidden = false;
    },
    hide() {
      element.hidden = true;
    },
  };
}
