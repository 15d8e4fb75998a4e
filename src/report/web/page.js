/** The page's data: a list of {kind, ...} in the order in which the program wrote them. */
function readBlocks() {
  return [...document.querySelectorAll("script[data-kind]")].map((script) => {
    const block = { kind: script.dataset.kind, ...JSON.parse(script.textContent) };
    script.remove();
    return block;
  });
}

/** Keeps what a link leads to, or what gets the focus, below the toolbar, however many lines that has. */
function keepClearOf(bar) {
  const measure = () => {
    const height = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    document.documentElement.style.setProperty("--covered", `${height}px`);
  };
  new ResizeObserver(measure).observe(bar);
  measure();
}

/** Sections in the order of the blocks, those for the top first; photos, and plots that follow each other, are one section each. */
function sectionsOf(unordered, settings) {
  const kinds = { about: aboutSection, facts: factsSection, pictures: picturesSection, table: tableSection };
  const isTop = (block) => block.kind === "about" || block.top;
  const blocks = [...unordered.filter(isTop), ...unordered.filter((block) => !isTop(block))];
  const sections = [];
  for (let i = 0; i < blocks.length; ++i) {
    const together = [];
    const { kind } = blocks[i];
    for (let k = i; (kind === "photo" || kind === "plot") && blocks[k]?.kind === kind; ++k) together.push(blocks[k]);
    if (kind === "photo") sections.push(photosSection(together, settings));
    else if (kind === "plot") sections.push(plotsSection(together));
    else if (kinds[kind]) sections.push(kinds[kind](blocks[i]));
    i += Math.max(together.length - 1, 0);
  }
  return sections;
}

function showPage() {
  const blocks = readBlocks();
  const head = blocks.find((block) => block.kind === "head");
  const settings = blocks.find((block) => block.kind === "settings");
  if (settings) addFilters(settings.colourMaps);
  const sections = sectionsOf(blocks, settings);
  const links = sections.map((part) => {
    const title = part.querySelector("h2");
    return make("li", {}, make("a", { href: "#" + title.id }, title.textContent));
  });
  const bar = toolbar(settings);
  document.body.append(
    make("header", { class: "top" },
      make("h1", {}, document.title), make("p", {}, head.summary),
      make("nav", { "aria-label": "Parts of this page" }, make("ul", {}, links))),
    bar,
    make("main", {}, sections),
    make("footer", {}, make("p", {}, head.made)));
  keepClearOf(bar);
}

showPage();
