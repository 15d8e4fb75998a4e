/* What a cut gave: its figures, downloads, and the paper's stages as a strip. */
import { download } from "./controls.js";
import { make, percent } from "./elements.js";

/** The strip loads its pictures when no cut has followed for this long, so that painting stays quick. */
const kCalm = 350;

const boxText = (box) => (box ? `box ${box.x}, ${box.y} to ${box.x + box.width}, ${box.y + box.height}` : "no object");

/** The cut in words; `milliseconds` passed on the page. */
export function cutText(cut, photo) {
  return cut.box ? `Object: ${percent(cut.area / (photo.width * photo.height))} of the photo, ${boxText(cut.box)}` : "No object was found.";
}

const stem = (photo) => photo.name.replace(/\.[^.]*$/, "") || "photo";

/** [text, address, name] of a cut's files. */
export const filesOf = (cut, photo) =>
  [["Mask (PNG)", "mask.png", "mask.png"], ["Cut-out (PNG)", "cutout.png", "cutout.png"], ["Box (JSON)", "result.json", "box.json"],
    ["Figure (SVG)", "stages.svg", "stages.svg"], ["Figure (PDF)", "stages.pdf", "stages.pdf"], ["Figure (PNG)", "stages.png", "stages.png"],
  ].map(([text, file, ending]) => [text, `/api/cuts/${cut.id}/${file}`, `${stem(photo)}-${ending}`]);

export function cutResult() {
  const words = make("p", { class: "cut-words" });
  const time = make("p", { class: "cut-time hint" });
  const files = make("div", { class: "downloads", role: "group", "aria-label": "Files of this cut" });
  const strip = make("div", { class: "stages" });
  const element = make("section", { class: "cut-result card", "aria-label": "Result", hidden: true },
    make("div", { class: "cut-summary" }, words, time), files,
    make("h2", {}, "Stages"), strip);
  let calm;

  function showStages(cut, photo, hasMap) {
    const at = (name) => `/api/cuts/${cut.id}/${name}`;
    const stages = [
      ["Photo", `/api/photos/${photo.id}/picture?side=512`], ...(hasMap ? [["Map", at("map.png")]] : []),
      ["Seeds", at("seeds.png")], ["Mask with box", at("object.png")], ["Cut-out", at("cutout.png")],
    ];
    strip.replaceChildren(...stages.map(([title, src]) =>
      make("figure", {}, make("img", { src, alt: `${title} of ${photo.name}`, width: photo.width, height: photo.height }), make("figcaption", {}, title))));
  }

  return {
    element,
    /** Shows a cut; `hasMap`: a map led it. */
    show(cut, photo, hasMap, milliseconds) {
      element.hidden = false;
      words.textContent = cutText(cut, photo);
      time.textContent = `${Math.round(milliseconds)} ms from the stroke's end, the cut itself ${Math.round(1000 * cut.seconds)} ms`;
      time.dataset.milliseconds = milliseconds.toFixed(1);
      files.replaceChildren(...filesOf(cut, photo).map(([text, href, name]) => download(text, href, name)));
      clearTimeout(calm);
      calm = setTimeout(() => showStages(cut, photo, hasMap), kCalm);
    },
    clear() {
      clearTimeout(calm);
      element.hidden = true;
      strip.replaceChildren();
    },
  };
}
