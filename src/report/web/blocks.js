/** A titled part of the page. */
function section(title, ...children) {
  const id = newId("section");
  return make("section", { "aria-labelledby": id }, make("h2", { id }, title), ...children);
}

/** {title, rows: [[what, text], ...]}: what a thing is, as a list of terms. */
const factsSection = (block) =>
  section(block.title, make("dl", { class: "facts" }, block.rows.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text)))));

/** {title, paragraphs, terms: [[what, text], ...]}: the page's opening. */
const aboutSection = (block) =>
  section(block.title, block.paragraphs.map((text) => make("p", { class: "about" }, text)),
    make("dl", { class: "facts terms" }, block.terms.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text)))));

/** {title, note, items: [{picture, title, caption}]} */
function picturesSection(block) {
  const views = block.items.map((item) => ({
    layers: [{ src: item.picture, role: "picture" }],
    title: item.title, caption: item.caption, text: `${block.title}: ${item.title}`,
  }));
  return section(block.title, block.note ? make("p", { class: "note" }, block.note) : null,
    make("div", { class: "pictures" }, views.map((view) => figureOf(view, views))));
}

/** Pixels for each unit of a plot at most, so that the letters of all plots are equally large. */
const kPlotScale = 0.6;

/** An SVG file as an element. Its ids are made unique, since several drawings name their parts alike. */
function svgElement(text) {
  const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  const stem = newId("svg");
  for (const element of [svg, ...svg.querySelectorAll("*")])
    for (const attribute of element.attributes)
      if (attribute.name === "id") attribute.value = `${stem}-${attribute.value}`;
      else if (/(^|:)href$/.test(attribute.name)) attribute.value = attribute.value.replace(/^#/, `#${stem}-`);
      else attribute.value = attribute.value.replaceAll("url(#", `url(#${stem}-`);
  return svg;
}

/** {title, svg} of plots that follow each other. */
function plotsSection(blocks) {
  return section("Plots", make("div", { class: "plots" }, blocks.map((block) => {
    const svg = svgElement(block.svg);
    svg.setAttribute("aria-label", block.title);
    svg.style.maxWidth = `${kPlotScale * parseFloat(svg.getAttribute("width"))}px`;
    return make("div", { class: "plot" }, svg);
  })));
}

/** A cell is a text or a number, or {text, detail, value, mark} where it sorts by a value or is marked "good" or "bad". */
const cellText = (cell) => (cell === null ? "none" : typeof cell === "object" ? cell.text : String(cell));
const cellContent = (cell) => [make("span", {}, cellText(cell)), cell?.detail ? make("small", {}, cell.detail) : null];
const cellValue = (cell) => (cell === null ? -Infinity : typeof cell === "object" ? cell.value ?? cell.text : cell);

function byColumn(column, direction) {
  return (a, b) => {
    const x = cellValue(a[column]), y = cellValue(b[column]);
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
    return direction * order;
  };
}

/** {title, note, columns: [{title, number}], rows: [[cell, ...], ...]}; a press on a column's title sorts by it. */
function tableSection(block) {
  const body = make("tbody");
  const fill = (rows) =>
    body.replaceChildren(...rows.map((row) => make("tr", {}, row.map((cell, c) =>
      make(c === 0 ? "th" : "td", {
        scope: c === 0 ? "row" : null,
        class: [block.columns[c].number ? "number" : "", cell?.mark ?? ""].join(" ").trim() || null,
        "data-title": block.columns[c].title,  // for narrow screens, where a row is a list
      }, cellContent(cell))))));
  const heads = block.columns.map((column, c) => {
    const head = make("th", { scope: "col", class: column.number ? "number" : null },
      make("button", {
        type: "button",
        onclick: () => {
          const descending = head.getAttribute("aria-sort") === "ascending" || (column.number && head.getAttribute("aria-sort") !== "descending");
          heads.forEach((other) => other.removeAttribute("aria-sort"));
          head.setAttribute("aria-sort", descending ? "descending" : "ascending");
          fill([...block.rows].sort(byColumn(c, descending ? -1 : 1)));
        },
      }, column.title));
    return head;
  });
  fill(block.rows);
  return section(block.title, block.note ? make("p", { class: "note" }, block.note) : null,
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": block.title },
      make("table", {}, make("thead", {}, make("tr", {}, heads)), body)));
}
