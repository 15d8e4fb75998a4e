import { url } from "./api.js";
import { nextPhotos } from "./photo_list.js";

/**
 * The address's part behind "#" says what is looked at: #TAB?model=...&photo=...&class=... and the tab's own fields. Models and
 * photos are called by their names where only one has that name, so that a link outlives the program.
 */
const nameOf = (thing, all) => (all.filter((other) => other.name === thing.name).length === 1 ? thing.name : thing.id);

export function addressOf(tab, state, view) {
  const fields = { model: state.model && nameOf(state.model, state.models), photo: state.photo && nameOf(state.photo, state.photos), class: state.class, ...view };
  return `#${url(tab, fields)}`;
}

/** {tab, fields} of such an address. */
export function readAddress(hash) {
  const [, tab = "", query = ""] = hash.match(/^#([^?]*)\??(.*)$/) ?? [];
  return { tab, fields: Object.fromEntries(new URLSearchParams(query)) };
}

const find = (list, called) => list.find(({ name }) => name === called) ?? list.find(({ id }) => id === called);

export const findModel = (state, called) => find(state.models, called);

/** The photo of that name or id; undefined where there is none. A long list is asked for as far as needed. */
export async function findPhoto(state, called) {
  for (;;) {
    const listed = find(state.photos, called);
    if (listed || !(await nextPhotos(state, 1000))) return listed;
  }
}
