/* What is asked of the server for a cut. Nothing here touches the page. */

/** Settings that need no word in an address because they hold anyway. `star`: null follows the guide. */
export const kDefaults = {
  guide: "strokes", use: "prior", method: "", preset: "auto", star: null, geodesic: 0.5, smoothness: null, colour_weight: null, cuts: null,
  prior: null, level: null, box_level: null, smoothing: null, foreground: null, background: null, box: "", max_side: null,
};

export const isStar = (settings) => settings.star ?? settings.guide !== "map";

/** Automatic: the settings for strokes wherever the user paints. */
export const presetOf = (settings) => (settings.preset !== "auto" ? settings.preset : settings.guide === "map" ? "default" : "strokes");

/** What the user has to do before there can be a cut; null if nothing. */
export function whatIsMissing(settings, strokes) {
  if (settings.guide !== "strokes") return null;
  const has = (label) => strokes.some((stroke) => stroke.label === label);
  if (!has("object")) return "Paint a stroke on the object, then one on the background.";
  if (!has("background")) return "Now paint a stroke on the background: press B, or use the right mouse button.";
  return null;
}

const rounded = (value) => Math.round(10 * value) / 10;

/** The body of POST /api/cut. `chosen` is {photo, model, class} by ids; a class of null is the network's best guess. */
export function cutRequest(settings, strokes, chosen) {
  const isPainted = settings.guide !== "map", isMapped = settings.guide !== "strokes";
  const body = {
    photo: chosen.photo,
    strokes: isPainted ? strokes.map(({ label, radius, points }) => ({ label, radius: rounded(radius), points: points.map((point) => point.map(rounded)) })) : [],
    map: null, preset: presetOf(settings), star: isStar(settings),
  };
  if (body.star) body.geodesic = settings.geodesic;
  if (isMapped) {
    body.map = { use: settings.use, model: chosen.model };
    if (settings.method) body.map.method = settings.method;
    if (Number.isInteger(chosen.class)) body.map.class = chosen.class;
  }
  for (const field of ["smoothness", "colour_weight", "cuts"]) if (settings[field] !== null) body[field] = settings[field];
  if (isMapped) {
    for (const field of ["prior", "level", "smoothing", "max_side"]) if (settings[field] !== null) body[field] = settings[field];
    if (settings.use === "prior" && settings.box_level !== null) body.box_level = settings.box_level;
    if (settings.foreground !== null && settings.background !== null) body.quantiles = [settings.foreground, settings.background];
  }
  if (settings.box) body.box = settings.box;
  return body;
}

/** The settings that differ from the default ones, as the fields of an address. */
export const changedSettings = (settings) =>
  Object.fromEntries(Object.entries(settings).filter(([name, value]) => value !== kDefaults[name])
    .map(([name, value]) => [name, typeof value === "boolean" ? (value ? "on" : "off") : value]));

const kWords = { guide: ["strokes", "map", "both"], use: ["prior", "seeds"], preset: ["auto", "strokes", "default", "paper"], box: ["", "largest", "sizeable"] };

/** The settings of an address: what is unknown or of another type is the default. */
export function readSettings(view) {
  const settings = { ...kDefaults };
  for (const [name, normal] of Object.entries(kDefaults)) {
    const value = view?.[name];
    if (value === undefined) continue;
    if (kWords[name]) {
      if (kWords[name].includes(value)) settings[name] = value;
    } else if (name === "method") {
      settings.method = String(value);
    } else if (name === "star") {
      if (["on", "off"].includes(value)) settings.star = value === "on";
    } else if (Number.isFinite(Number(value)) && value !== "" && value !== null) {
      settings[name] = Number(value);
    } else {
      settings[name] = normal;
    }
  }
  return settings;
}
