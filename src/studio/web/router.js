import * as api from "./api.js";

/**
 * The address's part behind "#" says what is looked at: #TAB?model=...&photo=...&class=... and the tab's own fields. Models and
 * photos are called by their names where only one has that name, so that a link outlives the program.
 */
const nameOf = (thing, all) => (all.filter((other) => other.name === thing.name).length === 1 ? thing.name : thing.id);

export function addressOf(tab, state, view) {
  const fields = { model: state.model && nameOf(state.model, state.models), photo: state.photo && nameOf(state.photo, state.photos), class: state.class, ...view };
  return `#${api.url(tab, fields)}`;
}

/** {tab, fields} of such an address. */
export function readAddress(hash) {
  const [, tab = "", query = ""] = hash.match(/^#([^?]*)\??(.*)$/) ?? [];
  return { tab, fields: Object.fromEntries(new URLSearchParams(query)) };
}

const find = (list, called) => list.find(({ name }) => name === called) ?? list.find(({ id }) => id === called);

export const findModel = (state, called) => find(state.models, called);

/** The photo of that name or id, asked for where it is not in the list yet; undefined where there is none. */
export async function findPhoto(state, called) {
  const listed = find(state.photos, called);
  if (listed || !/^p\d+$/.test(called)) return listed;
  return api.get(`/api/photos/${called}`).catch(() => undefined);
}
