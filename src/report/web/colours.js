/*
 * The pictures of maps hold values, and SVG filters colour them here by looking each value up in a table. So the colours
 * can change without another picture, and without reading pixels, which browsers forbid for files.
 *
 * A plain map is grey. A signed map has values above zero in red and values below in green. Both channels are smooth where
 * a picture is enlarged, so the magnitude, their sum, does not fall to zero between two pixels of different signs.
 */

/** ColorBrewer's RdBu, from negative to positive: colour-blind readers can tell its ends apart. */
export const kDiverging = "053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f".split(" ");

export const coloursOf = (hex) => hex.match(/.{6}/g);
const channelOf = (colour, channel) => parseInt(colour.slice(2 * channel, 2 * channel + 2), 16) / 255;

/** What of a stored pixel is looked up: rows of feColorMatrix for all three colours. */
const kPlain = "1 0 0 0 0", kMagnitude = "1 1 0 0 0", kSigned = "0.5 -0.5 0 0 0.5";

function makeFilter(id, value, colours) {
  const part = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, text] of Object.entries(attributes)) element.setAttribute(key, text);
    return element;
  };
  const filter = part("filter", { id, "color-interpolation-filters": "sRGB", x: "0", y: "0", width: "100%", height: "100%" });
  const transfer = part("feComponentTransfer", {});
  ["R", "G", "B"].forEach((letter, channel) => {
    const table = colours.map((colour) => channelOf(colour, channel).toFixed(4)).join(" ");
    transfer.append(part("feFunc" + letter, { type: "table", tableValues: table }));
  });
  filter.append(part("feColorMatrix", { type: "matrix", values: `${value} ${value} ${value} 0 0 0 1 0` }), transfer);
  return filter;
}

export const gradientOf = (colours) =>
  `linear-gradient(to right, ${colours.filter((_, i) => i % 15 === 0 || colours.length < 20).map((c) => "#" + c).join(", ")})`;

/** Makes the filters of all colour maps: `colourMaps` are names with 256 colours each, in hexadecimal. */
export function addFilters(colourMaps) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "filters");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, hex] of Object.entries(colourMaps)) {
    const colours = coloursOf(hex);
    svg.append(makeFilter(`plain-${name}`, kPlain, colours), makeFilter(`magnitude-${name}`, kMagnitude, colours));
  }
  svg.append(makeFilter("diverging", kSigned, kDiverging));
  document.body.append(svg);
}

/** How maps are coloured from now on; the bar of `legend` shows the same colours. */
export function chooseColours(settings, name, signed, legend) {
  const root = document.documentElement.style;
  root.setProperty("--plain-colours", `url(#plain-${name})`);
  root.setProperty("--signed-colours", signed ? "url(#diverging)" : `url(#magnitude-${name})`);
  legend.bar.style.background = gradientOf(signed ? kDiverging : coloursOf(settings.colourMaps[name]));
  legend.low.textContent = signed ? "lowers the score" : "0";
  legend.high.textContent = signed ? "raises it" : settings.white;
}
