/*
 * Maps are stored grey, as the values that they are, and coloured here, by SVG filters that look each byte up in a table.
 * So colours can be exchanged without another picture, and without reading pixels, which browsers forbid for files.
 *
 * A plain map holds 0 to 255 from nothing to white. A signed one holds 128 + 127 v for v from -1 to 1.
 */

/** ColorBrewer's RdBu, from negative to positive: colour-blind readers can tell its ends apart. */
const kDiverging = "053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f".split(" ");

const coloursOf = (hex) => hex.match(/.{6}/g);
const channelOf = (colour, channel) => parseInt(colour.slice(2 * channel, 2 * channel + 2), 16) / 255;

function makeFilter(id, colours) {
  const svg = "http://www.w3.org/2000/svg";
  const filter = document.createElementNS(svg, "filter");
  filter.id = id;
  filter.setAttribute("color-interpolation-filters", "sRGB");
  for (const [name, value] of [["x", "0"], ["y", "0"], ["width", "100%"], ["height", "100%"]])
    filter.setAttribute(name, value);
  const transfer = document.createElementNS(svg, "feComponentTransfer");
  ["R", "G", "B"].forEach((letter, channel) => {
    const table = document.createElementNS(svg, "feFunc" + letter);
    table.setAttribute("type", "table");
    table.setAttribute("tableValues", colours.map((colour) => channelOf(colour, channel).toFixed(4)).join(" "));
    transfer.append(table);
  });
  filter.append(transfer);
  return filter;
}

/** For the bytes of a signed map: the colour of each one's magnitude. */
const byMagnitude = (colours) =>
  Array.from({ length: 256 }, (_, byte) => colours[Math.min(Math.round((Math.abs(byte - 128) / 127) * 255), 255)]);

const gradientOf = (colours) =>
  `linear-gradient(to right, ${colours.filter((_, i) => i % 15 === 0 || colours.length < 20).map((c) => "#" + c).join(", ")})`;

/** Makes the filters of all colour maps: `colourMaps` are names with 256 colours each, in hexadecimal. */
function addFilters(colourMaps) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "filters");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, hex] of Object.entries(colourMaps)) {
    const colours = coloursOf(hex);
    svg.append(makeFilter(`plain-${name}`, colours), makeFilter(`magnitude-${name}`, byMagnitude(colours)));
  }
  svg.append(makeFilter("diverging", kDiverging));
  document.body.append(svg);
}

/** How maps are coloured from now on; the bar of `legend` shows the same colours. */
function chooseColours(settings, name, signed, legend) {
  const root = document.documentElement.style;
  root.setProperty("--plain-colours", `url(#plain-${name})`);
  root.setProperty("--signed-colours", signed ? "url(#diverging)" : `url(#magnitude-${name})`);
  legend.bar.style.background = gradientOf(signed ? kDiverging : coloursOf(settings.colourMaps[name]));
  legend.low.textContent = signed ? "lowers the score" : "0";
  legend.high.textContent = signed ? "raises it" : settings.white;
}
