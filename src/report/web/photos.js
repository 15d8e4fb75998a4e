/** A guess with its bar; where its maps are here, too, a switch that chooses it. */
function guessItem(photo, guess, card, explained) {
  const at = photo.explained.findIndex((other) => other.class === guess.class);
  const known = guess.probability !== null;
  const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span", { style: `width: ${known ? 100 * guess.probability : 0}%` }));
  const text = [make("span", { class: "name", title: guess.wordnet ? `${guess.wordnet} ${guess.name}` : guess.name }, guess.name),
    make("span", { class: "number" }, known ? percent(guess.probability) : `score ${guess.score}`), bar];
  if (at < 0 || photo.explained.length < 2)
    return make("li", { class: at >= 0 ? "explained" : null }, text);
  const radio = make("input", { type: "radio", name: card, value: at, checked: at === 0, onchange: () => explained(at) });
  return make("li", { class: "explained" }, make("label", {}, radio, text));
}

/** The pictures that are shown of one explained class: the photo, a map by each method, and how the object is found. */
function viewsOf(photo, explained, settings) {
  const size = { width: photo.width, height: photo.height };
  const seen = { src: photo.picture, role: "picture", ...size };
  const views = [{ layers: [seen], title: "Photo", caption: photo.part, text: `${photo.name}, the photo` }];
  for (const map of explained.maps) {
    const method = settings.methods.find((other) => other.name === map.method);
    views.push({
      layers: [seen, { src: map.picture, role: map.signed ? "signed" : "plain", ...size }],
      title: method.title, caption: map.note ?? `white: ${map.white}`,
      text: `${photo.name}, ${method.title} of ${explained.name}`,
    });
  }
  for (const stage of explained.stages ?? [])
    views.push({ layers: [{ src: stage.picture, role: stage.role ?? "picture" }], title: stage.title, caption: stage.caption,
      text: `${photo.name}, ${stage.title} of ${explained.name}` });
  return views;
}

function photoCard(photo, settings) {
  const id = newId("photo");
  const answer = make("p", { class: "answer" });
  const panels = make("div", { class: "panels" });
  const guesses = make("section", { class: "guesses" }, make("h4", {}, "Best guesses"));
  const show = (at) => {
    const explained = photo.explained[at];
    const probability = explained.probability === null ? "" : `probability ${percent(explained.probability)}, `;
    answer.textContent = `${explained.name}: ${probability}score ${explained.score}` +
      (explained.found ? `; ${explained.found}` : "");
    const views = viewsOf(photo, explained, settings);
    panels.replaceChildren(figureOf(views[0], views), guesses, ...views.slice(1).map((view) => figureOf(view, views)));
  };
  guesses.append(make("ol", {}, photo.guesses.map((guess) => guessItem(photo, guess, id, show))));
  show(0);
  return make("article", { class: "photo", "aria-labelledby": id },
    make("header", {}, make("h3", { id, title: photo.path }, photo.name), answer), panels);
}

/** How sure a network is of an explained class: its probability, or its score where the network has none. */
const certainty = (explained) => explained.probability ?? Number(explained.score);

/** Orders of photos, each by what it sorts. Probability and the object's share are those of the class that comes first. */
const kOrders = {
  given: ["as given", (p) => p.place],
  name: ["file name", (p) => p.name.toLowerCase()],
  class: ["class", (p) => p.explained[0].name.toLowerCase()],
  sure: ["most certain", (p) => -certainty(p.explained[0])],
  unsure: ["least certain", (p) => certainty(p.explained[0])],
  share: ["largest object", (p) => -(p.explained[0].share ?? -1)],
};

/** The photos' section, with what narrows it and puts it in order. */
function photosSection(photos, settings) {
  const cards = photos.map((photo, place) => ({
    photo: { ...photo, place }, card: photoCard(photo, settings),
    words: [photo.name, photo.path, ...photo.explained.map((e) => e.name)].join("\n").toLowerCase(),
  }));
  const list = make("div", { class: "photos" }, cards.map((entry) => entry.card));
  const count = make("p", { class: "count", role: "status" });
  const wanted = { text: "", name: "", order: "given" };
  const update = () => {
    const [, key] = kOrders[wanted.order];
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const shown = cards
      .filter(({ photo, words }) => words.includes(wanted.text) && (!wanted.name || photo.explained[0].name === wanted.name))
      .sort((a, b) => compare(key(a.photo), key(b.photo)) || a.photo.place - b.photo.place);
    list.replaceChildren(...shown.map((entry) => entry.card));
    count.textContent = shown.length === cards.length ? plural(cards.length, "photo") : `${shown.length} of ${plural(cards.length, "photo")}`;
  };
  const names = [...new Set(photos.map((photo) => photo.explained[0].name))].sort();
  const filters = make("form", { class: "filters-form", role: "search", onsubmit: (event) => event.preventDefault() },
    labelled("Find", make("input", { type: "search", placeholder: "file or class", oninput: (event) => {
      wanted.text = event.target.value.trim().toLowerCase();
      update();
    } })),
    labelled("Class", choice([["", `all ${names.length}`], ...names.map((name) => [name, name])], "", (value) => {
      wanted.name = value;
      update();
    })),
    labelled("Order", choice(Object.entries(kOrders).map(([value, [text]]) => [value, text]), "given", (value) => {
      wanted.order = value;
      update();
    })), count);
  update();
  return section("Photos", photos.length > 1 ? filters : null, list);
}
