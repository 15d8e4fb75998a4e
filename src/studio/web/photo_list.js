import * as api from "./api.js";

/** Adds up to `limit` more photos of the server's list to the state's; false where there are none. */
export async function nextPhotos(state, limit) {
  if (state.photos.length >= state.photosTotal) return false;
  // What this page has sent is at the end of the server's list, and at the beginning of its own.
  const offset = state.photos.filter(({ isNew }) => !isNew).length;
  const { photos, total } = await api.get("/api/photos", { offset, limit });
  const known = new Set(state.photos.map(({ id }) => id)), added = photos.filter(({ id }) => !known.has(id));
  state.set({ photos: [...state.photos, ...added], photosTotal: total });
  return added.length > 0;
}
