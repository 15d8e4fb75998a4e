/* Channels, reconstructions and patches of a layer: what the tab Inside shows beside the photo. */
import { button, toggle } from "./controls.js";
import { make, plural } from "./elements.js";
import { url } from "./api.js";

/** Four digits are as many as say something of an activation. */
export const valueText = (value) => (Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-2) ? value.toExponential(2) : String(Number(value.toPrecision(4))));

export const partOf = (photo, field, side) =>
  url(`/api/photos/${photo}/picture`, { side, ...(field ? { x: Math.round(field.x), y: Math.round(field.y), width: Math.max(1, Math.round(field.width)), height: Math.max(1, Math.round(field.height)) } : {}) });

/** A value that is called an activation where it is only heard. */
const activation = (value, style) => make("span", { class: style }, make("span", { class: "unseen" }, "activation "), valueText(value));

/**
 * The strongest channels as buttons with a piece of the photo, a bar and the value. `onpoint` gets the one under the pointer or
 * with the focus, or null.
 */
export function channelList(onchoose, onpoint) {
  const title = make("h2", {}, "Strongest channels");
  const list = make("ol", { class: "channels" });
  const element = make("section", { class: "card", "aria-label": "Strongest channels" }, title, list);
  let shown = [];
  const mark = (chosen) => {
    for (const item of list.querySelectorAll("button")) item.setAttribute("aria-pressed", String(Number(item.dataset.channel) === chosen));
  };
  return {
    element, mark,
    /** `labelOf(channel)` is the name of the class that a channel stands for, or undefined. */
    show(units, photo, chosen, labelOf = () => undefined) {
      shown = units.channels;
      title.textContent = units.place ? `Strongest channels at row ${units.place.row}, column ${units.place.column}` : "Strongest channels anywhere in the photo";
      const most = Math.max(...shown.map(({ value }) => value), 1e-30);
      list.replaceChildren(...shown.map((unit) => {
        const bar = make("span", {}), label = labelOf(unit.channel);
        bar.style.width = `${Math.max(0, (100 * unit.value) / most)}%`;
        return make("li", {}, make("button", {
          type: "button", class: "channel", "data-channel": unit.channel, "aria-pressed": "false", onclick: () => onchoose(unit),
          onpointerenter: () => onpoint(unit), onpointerleave: () => onpoint(null), onfocus: () => onpoint(unit), onblur: () => onpoint(null),
        },
          make("img", { src: partOf(photo.id, unit.field, 96), alt: "", loading: "lazy", width: 40, height: 40 }),
          make("span", { class: "channel-name", dir: "auto" }, `Channel ${unit.channel}`, label ? make("span", { class: "hint", title: label }, ` ${label.split(", ")[0]}`) : null), activation(unit.value, "number"),
          make("span", { class: "bar-track", "aria-hidden": "true" }, bar)));
      }));
      if (!shown.length) list.replaceChildren(make("li", { class: "hint" }, "No channel has a positive activation here."));
      mark(chosen);
    },
  };
}

const kRules = [["gradient", "Gradient"], ["deconvnet", "DeconvNet"], ["guided", "Guided back-propagation"]];

/** Three reconstructions side by side; `whole` and `cut` are kept in `shows`. */
export function reconstructionFigures(shows, onchange) {
  const figures = kRules.map(([rule, title]) => {
    const image = make("img", { alt: "", onload: () => figure.classList.remove("failed"), onerror: () => figure.classList.add("failed") });
    const link = make("a", { class: "reconstruction", download: true, title: "Save the picture" }, image);
    const figure = make("figure", {}, link, make("figcaption", {}, title), make("p", { class: "failure hint" }, "There is none by this rule."));
    return { rule, title, image, link, figure };
  });
  const switches = [["All units of the channel", "whole"], ["Only the field", "cut"]].map(([label, field]) => {
    const control = toggle(label, shows[field], (value) => {
      shows[field] = value;
      onchange();
    });
    return { field, control };
  });
  const which = make("p", { class: "hint" });
  const element = make("section", { class: "card", "aria-label": "Reconstructions", hidden: true },
    make("header", {}, make("div", {}, make("h2", {}, "Reconstructions"), which), make("div", { class: "row" }, switches.map(({ control }) => control.element))),
    make("div", { class: "reconstructions" }, figures.map(({ figure }) => figure)));
  return {
    element,
    show(query, words) {
      element.hidden = false;
      which.textContent = words;
      for (const { field, control } of switches) control.set(shows[field]);
      for (const { rule, title, image, link } of figures) {
        const source = url("/api/reconstruction", { ...query, rule });
        if (image.getAttribute("src") === source) continue;
        image.src = link.href = source;
        image.alt = `${words}, by ${title}`;
        link.download = `channel-${query.channel}-${rule}.png`;
      }
    },
    /** [text, address, name] of the pictures. */
    files: () => figures.filter(({ link }) => link.href).map(({ title, link }) => [`Reconstruction by ${title} (PNG)`, link.href, link.download]),
    hide() {
      element.hidden = true;
    },
  };
}

/** The patches of all photos that excite a channel most, and the job that finds them. `onfind(signal, progress)` runs it. */
export function patchGrid({ onfind, nameOf, onphoto }) {
  const note = make("p", { class: "hint", role: "status" });
  const bar = make("progress", { max: 1, value: 0, hidden: true, "aria-label": "Photos searched" });
  const grid = make("ol", { class: "patches" });
  let controller = null;
  const find = button("Search the photos", { onclick: () => run() });
  const stop = button("Stop", { hidden: true, onclick: () => controller?.abort() });
  const element = make("section", { class: "card", "aria-label": "Patches", hidden: true },
    make("header", {}, make("h2", {}, "Patches that excite the channel most"), make("div", { class: "row" }, bar, find, stop)), note, grid);

  async function run() {
    controller = new AbortController();
    bar.hidden = stop.hidden = false;
    find.hidden = true;
    bar.removeAttribute("value");
    note.textContent = "The network runs over all photos once; then every channel of this layer has its patches.";
    try {
      await onfind(controller.signal, ({ done, total, text }) => {
        if (total) bar.value = done / total;
        note.textContent = text || `${done} of ${plural(total, "photo")}`;
      });
    } finally {
      bar.hidden = stop.hidden = true;
      find.hidden = false;
    }
  }

  return {
    element,
    /** null: no search has run yet. */
    show(patches, total) {
      element.hidden = false;
      find.textContent = patches === null ? "Search the photos" : "Search again";
      note.textContent = patches === null ? `The ${plural(total, "photo")} of this studio have not been searched for this layer yet.` : patches.length ? "" : "No photo has a positive activation of this channel.";
      grid.replaceChildren(...(patches ?? []).map(({ photo, value, field }) =>
        make("li", {}, make("button", { type: "button", class: "patch", onclick: () => onphoto(photo) },
          make("img", { src: partOf(photo, field, 192), alt: "", loading: "lazy" }),
          make("span", { class: "patch-name", dir: "auto" }, nameOf(photo)), activation(value, "number hint")))));
    },
    say(text) {
      note.textContent = text;
    },
    hide() {
      controller?.abort();
      element.hidden = true;
    },
  };
}
