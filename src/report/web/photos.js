/** A guess with its bar; where its maps are on the page, too, a switch that chooses it. */
function guessItem(answer, guess, group, choose) {
  const at = answer.explained.findIndex((other) => other.class === guess.class);
  const known = guess.probability !== null;
  const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span", { style: { width: `${known ? 100 * guess.probability : 0}%` } }));
  const marks = [guess.rank ? `rank ${guess.rank}` : "", guess.class === answer.truth && !isRight(answer) ? "true class" : ""].filter(Boolean);
  const text = [make("span", { class: "name", title: guess.wordnet ? `${guess.wordnet} ${guess.name}` : guess.name }, guess.name,
    marks.length ? make("small", {}, ` ${marks.join(", ")}`) : null),
    make("span", { class: "number" }, known ? percent(guess.probability) : `score ${guess.score}`), bar];
  if (at < 0 || answer.explained.length < 2)
    return make("li", { class: at >= 0 ? "explained" : null }, text);
  const radio = make("input", { type: "radio", name: group, value: at, checked: at === 0, onchange: () => choose(at) });
  return make("li", { class: "explained" }, make("label", {}, radio, text));
}

/** The pictures of one explained class: the photo, a map by each method, and how the object is found. */
function viewsOf(name, answer, explained, settings) {
  const size = { width: answer.width, height: answer.height };
  const seen = { src: answer.picture, role: "picture", ...size };
  const views = [{ layers: [seen], title: "Photo", caption: answer.part, text: `${name}, the photo` }];
  for (const map of explained.maps) {
    const method = settings.methods.find((other) => other.name === map.method);
    views.push({
      layers: [seen, { src: map.picture, role: map.signed ? "signed" : "plain", ...size }],
      title: method.title, caption: map.caption, text: `${name}, ${method.title} of ${explained.name}`,
    });
  }
  for (const stage of explained.stages ?? [])
    views.push({ layers: [{ src: stage.picture, role: stage.role ?? "picture" }], title: stage.title, caption: stage.caption,
      text: `${name}, ${stage.title} of ${explained.name}`, onlyOnScreen: stage !== explained.stages.at(-1) });
  return views;
}

/** Whether a network's best guess is the true class; null where that is unknown. */
const isRight = (answer) => (answer.rank === undefined ? null : answer.rank === 1);

/** Right or wrong, in a word and a sign, or nothing where the true class is unknown. */
function verdict(photo, answer) {
  if (photo.truth === undefined) return null;
  const right = isRight(answer);
  if (right === null) return make("span", { class: "verdict" }, `true class: ${photo.truth}, none of this network's`);
  return right
    ? make("span", { class: "verdict good" }, "✓ right")
    : make("span", { class: "verdict bad" }, `✗ wrong: it is ${photo.truth}, guess number ${answer.rank}`);
}

/** What one network says of a photo: its answer in words, guesses and pictures. */
function answerPart(photo, answer, network, settings) {
  const compared = settings.networks.length > 1;
  const name = compared ? `${photo.name} by ${network}` : photo.name;
  const words = make("p", { class: "answer" });
  const panels = make("div", { class: "panels" });
  const guesses = make("section", { class: "guesses" }, make(compared ? "h5" : "h4", {}, "Best guesses"));
  const show = (at) => {
    const explained = answer.explained[at];
    const probability = explained.probability === null ? "" : `probability ${percent(explained.probability)}, `;
    words.textContent = `${explained.name}: ${probability}score ${explained.score}` + (explained.found ? `; ${explained.found}` : "");
    const views = viewsOf(name, answer, explained, settings);
    panels.replaceChildren(figureOf(views[0], views), guesses, ...views.slice(1).map((view) => figureOf(view, views)));
  };
  const group = newId("guesses");
  guesses.append(make("ol", {}, answer.guesses.map((guess) => guessItem(answer, guess, group, show))));
  show(0);
  const head = make("div", { class: "said" }, compared ? make("h4", {}, network) : null, verdict(photo, answer), words);
  return { head, panels };
}

/** How far the maps of two networks agree, a line for each method. */
function agreementList(compared) {
  if (compared.note) return make("p", { class: "note" }, compared.note);
  const measure = (name, value, low) => make("span", { class: low ? "bad" : null }, `${name} ${value}`);
  return make("ul", { class: "agreement", "aria-label": "Agreement of the maps" }, compared.methods.map((method) => make("li", {},
    make("strong", {}, method.method), measure("rank correlation", method.rank, method.low), measure("SSIM", method.similarity),
    measure("overlap", method.overlap), method.energy ? measure("energy on the object", method.energy) : null)));
}

function photoCard(photo, settings) {
  const id = newId("photo");
  const parts = photo.answers.map((answer, i) => answerPart(photo, answer, settings.networks[i], settings));
  const header = make("header", {}, make("h3", { id, title: photo.path }, photo.name));
  const card = make("article", { class: "photo", "aria-labelledby": id }, header);
  if (parts.length === 1) {
    header.append(parts[0].head);
    card.append(parts[0].panels);
  } else {
    if (photo.agree === false) header.append(make("span", { class: "verdict" }, "≠ the networks disagree"));
    if (photo.compared) card.append(agreementList(photo.compared));
    card.append(make("div", { class: "answers" }, parts.map(({ head, panels }) => make("div", { class: "by-network" }, head, panels))));
  }
  return card;
}

/** How sure a network is of an explained class: its probability, or its score where the network has none. */
const certainty = (explained) => explained.probability ?? Number(explained.score);
const firstExplained = (photo) => photo.answers[0].explained[0];
const isWrong = (photo) => photo.answers.some((answer) => isRight(answer) === false);
const isAllRight = (photo) => photo.answers.every((answer) => isRight(answer) === true);
/** The certainty of the most certain wrong answer. */
const wrongCertainty = (photo) =>
  Math.max(...photo.answers.filter((answer) => isRight(answer) === false).map((answer) => certainty(answer.explained[0])));

/** Orders of photos, each by what it sorts. Probability and the object's share are those of the class that comes first. */
const kOrders = {
  reasons: ["maps differ most first", (p) => p.compared.lowest ?? Infinity, (settings) => settings.compared],
  wrong: ["wrong ones first", (p) => (isWrong(p) ? -1e6 - wrongCertainty(p) : isAllRight(p) ? 1 : 0), (settings) => settings.truth],
  disagree: ["disagreement first", (p) => (p.agree ? 1 : 0), (settings) => settings.networks.length > 1],
  given: ["as given", (p) => p.place],
  name: ["file name", (p) => p.name.toLowerCase()],
  class: ["class", (p) => firstExplained(p).name.toLowerCase()],
  sure: ["most certain", (p) => -certainty(firstExplained(p))],
  unsure: ["least certain", (p) => certainty(firstExplained(p))],
  share: ["largest object", (p) => -(firstExplained(p).share ?? -1)],
};

/** What of the photos may be shown alone. */
const kKinds = {
  "": ["all", () => true, (settings) => settings.truth || settings.networks.length > 1],
  wrong: ["wrong ones", isWrong, (settings) => settings.truth],
  right: ["right ones", isAllRight, (settings) => settings.truth],
  disagree: ["disagreement", (p) => !p.agree, (settings) => settings.networks.length > 1],
};

/** The entries of such a table that the page has, as values and texts of a choice. */
const choicesOf = (table, settings) =>
  Object.entries(table).filter(([, entry]) => (entry[2] ?? (() => true))(settings)).map(([value, [text]]) => [value, text]);

/** The photos' section, with what narrows it and puts it in order. */
function photosSection(photos, page) {
  const settings = { ...page, compared: photos.some((photo) => photo.compared) };
  const cards = photos.map((photo, place) => ({
    photo: { ...photo, place }, card: photoCard(photo, settings),
    words: [photo.name, photo.path, photo.truth ?? "", ...photo.answers.flatMap((answer) => answer.explained.map((e) => e.name))].join("\n").toLowerCase(),
  }));
  const list = make("div", { class: "photos" }, cards.map((entry) => entry.card));
  const count = make("p", { class: "count", role: "status" });
  const orders = choicesOf(kOrders, settings), kinds = choicesOf(kKinds, settings);
  const wanted = { text: "", name: "", kind: "", order: orders[0][0] };
  const update = () => {
    const [, key] = kOrders[wanted.order];
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const shown = cards
      .filter(({ photo, words }) => words.includes(wanted.text) && (!wanted.name || firstExplained(photo).name === wanted.name) && kKinds[wanted.kind][1](photo))
      .sort((a, b) => compare(key(a.photo), key(b.photo)) || a.photo.place - b.photo.place);
    list.replaceChildren(...shown.map((entry) => entry.card));
    count.textContent = shown.length === cards.length ? plural(cards.length, "photo") : `${shown.length} of ${plural(cards.length, "photo")}`;
  };
  const chooser = (label, values, key) =>
    labelled(label, choice(values, wanted[key], (value) => {
      wanted[key] = value;
      update();
    }));
  const names = [...new Set(photos.map((photo) => firstExplained(photo).name))].sort();
  const filters = make("form", { class: "filters-form", role: "search", onsubmit: (event) => event.preventDefault() },
    labelled("Find", make("input", { type: "search", placeholder: "file or class", oninput: (event) => {
      wanted.text = event.target.value.trim().toLowerCase();
      update();
    } })),
    chooser("Class", [["", `all ${names.length}`], ...names.map((name) => [name, name])], "name"),
    kinds.length ? chooser("Show", kinds, "kind") : null,
    chooser("Order", orders, "order"), count);
  update();
  return section("Photos", photos.length > 1 ? filters : null, list);
}
