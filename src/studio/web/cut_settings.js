/* The controls of the tab Cut: brush, guide, star convexity, and finer settings. */
import { isStar } from "./cut_request.js";
import { button, numberField, segments, selection, slider, toggle } from "./controls.js";
import { make } from "./elements.js";
import { kRadii } from "./painting_input.js";

/** The brush's tool and size, and the history. `on` is {onbrush, onundo, onredo, onclear}. */
export function brushControls(brush, on) {
  const tool = segments("Paint", [["object", "Object"], ["background", "Background"], ["eraser", "Erase"]], brush.tool, (value) => {
    brush.tool = value;
    on.onbrush();
  });
  const size = slider({
    label: "Brush size", min: kRadii.least, max: kRadii.most, step: 1, value: brush.radius, text: (radius) => `${2 * radius} px`,
    oninput: (radius) => {
      brush.radius = radius;
      on.onbrush();
    },
  });
  const undo = button("Undo", { onclick: on.onundo, title: "Undo (U or Ctrl+Z)" });
  const redo = button("Redo", { onclick: on.onredo, title: "Redo (R or Ctrl+Y)" });
  const clear = button("Clear", { onclick: on.onclear, title: "Remove all strokes (Delete)" });
  return {
    element: make("div", { class: "cut-brush card" }, tool.element, size.element, make("div", { class: "row", role: "group", "aria-label": "Strokes" }, undo, redo, clear)),
    update(painting) {
      tool.set(brush.tool);
      size.set(brush.radius);
      // aria-disabled keeps the focus where it is, which the attribute disabled would drop.
      for (const [control, isUseful] of [[undo, painting.canUndo], [redo, painting.canRedo], [clear, painting.strokes.length > 0]])
        control.setAttribute("aria-disabled", String(!isUseful));
    },
  };
}

const kFine = [
  { field: "smoothness", label: "Smoothness", min: 0, max: 1000000, title: "Weight of the contrast between neighbours" },
  { field: "colour_weight", label: "Colour weight", min: 0, max: 1000000, title: "Weight of the colour models" },
  { field: "cuts", label: "Cuts at most", min: 1, max: 1000, step: 1, title: "Colour models are fitted again after each cut" },
  { field: "max_side", label: "Longer side, pixels", min: 0, max: 65536, step: 1, title: "Larger photos are cut at this size; 0: at their own", maps: true },
  { field: "prior", label: "Steepness of the prior", min: 0, max: 1000, maps: true },
  { field: "level", label: "Level of even odds", min: 0.000001, max: 1000, maps: true },
  { field: "box_level", label: "Level of the map's box", min: 0, max: 1000, title: "The box is the mean of the mask's and of that of the map above this multiple of its Otsu threshold; 0: the mask's", maps: true },
  { field: "smoothing", label: "Smoothing of the map", min: 0, max: 1, maps: true },
  { field: "foreground", label: "Object above quantile", min: 0, max: 1, maps: true },
  { field: "background", label: "Background below quantile", min: 0, max: 1, maps: true },
];

/** What guides the cut. `settings` are those of cut_request.js and change in place; `onchange` follows each change. */
export function guideControls(settings, onchange) {
  const set = (field) => (value) => {
    settings[field] = value;
    update();
    onchange();
  };
  const guide = segments("Guided by", [["strokes", "Strokes"], ["map", "Map"], ["both", "Both"]], settings.guide, set("guide"));
  const use = segments("The map gives", [["prior", "Odds of every pixel"], ["seeds", "Seeds"]], settings.use, set("use"));
  const method = selection("Map's method", [["", "Fused LayerCAM"]], settings.method, set("method"));
  const star = toggle("Star convex", isStar(settings), set("star"));
  const geodesic = slider({
    label: "Geodesic weight", min: 0, max: 1, step: 0.05, value: settings.geodesic,
    text: (value) => (value === 0 ? "0 (straight)" : value === 1 ? "1 (edges only)" : String(value)), onchange: set("geodesic"),
  });
  const preset = selection("Settings", [["auto", "Automatic"], ["strokes", "For strokes"], ["default", "For maps"], ["paper", "Paper (2013)"]], settings.preset, set("preset"));
  const box = selection("Box around", [["", "As the settings say"], ["sizeable", "All sizeable parts"], ["largest", "The largest part"]], settings.box, set("box"));
  const fine = kFine.map((entry) => ({ ...entry, control: numberField({ ...entry, placeholder: "preset", value: settings[entry.field] ?? "", onchange: set(entry.field) }) }));
  for (const { control, title } of fine) if (title) control.element.title = title;
  const ofMaps = make("div", { class: "cut-map" }, use.element, method.element);
  const element = make("div", { class: "cut-guide card" },
    guide.element, ofMaps,
    make("fieldset", { class: "cut-star" }, make("legend", {}, "Shape"), star.element, geodesic.element),
    make("details", {}, make("summary", {}, "More settings"), make("div", { class: "fine" }, preset.element, box.element, fine.map(({ control }) => control.element))));

  function update() {
    guide.set(settings.guide);
    use.set(settings.use);
    method.set(settings.method);
    star.set(isStar(settings));
    geodesic.set(settings.geodesic);
    geodesic.element.hidden = !isStar(settings);
    preset.set(settings.preset);
    box.set(settings.box);
    const isMapped = settings.guide !== "strokes";
    ofMaps.hidden = !isMapped;
    for (const { field, control, maps } of fine) {
      control.set(settings[field]);
      control.element.hidden = Boolean(maps) && !isMapped;
    }
  }
  update();
  return {
    element, update,
    /** `methods`: of those that /api/studio lists. */
    offer(methods) {
      method.fill([["", "Fused LayerCAM"], ...methods.map(({ name, title }) => [name, title])], settings.method);
      settings.method = method.select.value;
    },
  };
}
