/** The tab's settings as fields of the address, and back. Several maps are one text: METHOD,OPTION=VALUE,...;METHOD,... */

const pack = ({ method, model, options }) =>
  [method, ...Object.entries({ ...(model ? { model } : {}), ...options }).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join(",");

/** Options that are words; all others are numbers. */
const kWords = ["layer", "merge", "baseline", "heads", "model"];

function unpack(text) {
  const [method, ...rest] = text.split(",");
  const { model = null, ...options } = Object.fromEntries(rest.map((part) => {
    const [name, value = ""] = part.split("="), word = decodeURIComponent(value);
    return [name, kWords.includes(name) ? word : Number(word)];
  }).filter(([, value]) => !Number.isNaN(value)));
  return { method, model, options };
}

export const packPanes = (list) => list.map(pack).join(";");

/** The maps of such a text, without those whose method is unknown; null where none is left. */
export function unpackPanes(text, known) {
  try {
    const list = (text ?? "").split(";").map(unpack).filter(({ method }) => known.includes(method));
    return list.length ? list : null;
  } catch {  // a text that nobody packed
    return null;
  }
}

/** The methods of such a text that are unknown, as they are called there. */
export const unknownMethods = (text, known) => (text ? text.split(";").map((part) => part.split(",")[0]).filter((method) => !known.includes(method)) : []);

/** The fields of `display` that differ from the usual ones, as texts. */
export const packDisplay = (display, usual) =>
  Object.fromEntries(Object.entries(display).filter(([name, value]) => value !== usual[name]).map(([name, value]) => [name, typeof value === "number" ? Number(value.toFixed(4)) : String(value)]));

export function unpackDisplay(fields, usual, colourMaps) {
  const display = { ...usual };
  for (const [name, value] of Object.entries(usual)) {
    const text = fields[name];
    if (text === undefined) continue;
    if (typeof value === "boolean") display[name] = text === "true";
    else if (typeof value === "number") display[name] = Number.isFinite(Number(text)) ? Number(text) : value;
    else display[name] = text;
  }
  const within = (value, low, high) => Math.min(high, Math.max(low, value));
  return {
    ...display, fade: within(display.fade, 0, 1), percentile: within(display.percentile, 80, 100), gamma: within(display.gamma, 0.25, 4),
    blend: display.blend === "even" ? "even" : "value", colours: colourMaps.includes(display.colours) ? display.colours : usual.colours,
  };
}
