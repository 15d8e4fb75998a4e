/** Starts the page: asks what there is, builds the frame, and keeps address and tabs in step. */
import * as api from "./api.js";
import { coloursOf } from "./colours.js";
import { Files } from "./files.js";
import { Notices } from "./notices.js";
import { addressOf, findModel, findPhoto, readAddress } from "./router.js";
import { buildShell } from "./shell.js";
import { Shortcuts } from "./shortcuts.js";
import { State } from "./state.js";
import { kTabs } from "./tabs.js";

/** Milliseconds in which what tabs find out about an address joins one message. */
const kDoubtRest = 400;

/**
 * What every tab is given:
 *   api            the functions of api.js
 *   studio         the answer of GET /api/studio
 *   state          a State: model, photo, class, and the lists
 *   announce(text), report(error)
 *   doubt(text)    says, with all else of the kind, what an address names that is not there
 *   palette(name)  the 256 colours of a colour map, [[r, g, b], ...]
 *   shortcuts      add({key, text, run, tab})
 *   files          choosePhotos(), chooseModel(), take(files)
 *   viewChanged()  to be called when what `view()` returns has changed
 *   currentView()  {view: the tab's id, model, photo, class, and the fields of its view}, with the server's ids
 *   currentCommand() the fields of POST /api/commands for the present view: the tab's command(), or the current view; null, or a text that says why there are none; a `remark` among them is for the user
 *   currentFiles() [[text, address, name], ...]: the tab's files(), or none
 *   currentAddress() the address that restores the view
 */
class Context {
  api = api;
  state = new State();
  notices = new Notices();
  shortcuts = new Shortcuts();
  palettes = new Map();

  announce = (text) => this.notices.announce(text);
  report = (error) => this.notices.report(error);

  /** One message about all that an address names in vain. */
  doubts = new Set();
  doubt = (text) => {
    this.doubts.add(text);
    clearTimeout(this.doubting);
    this.doubting = setTimeout(() => this.report({
      key: "address", message: `This studio does not know what the address names: ${[...this.doubts].join(", ")}.`, help: "The rest is shown as the address says.",
    }), kDoubtRest);
  };

  palette = (name) => {
    if (!this.palettes.has(name))
      this.palettes.set(name, coloursOf(this.studio.colourMaps[name]).map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16))));
    return this.palettes.get(name);
  };
}

const context = new Context();
const { state } = context;
state.watch(["model", "photo"], () => context.notices.clear());
context.files = new Files(context);

const views = new Map();  // what a tab's `create` returned, by the tab's id
let shown = null, panels = [], addressTimer = 0;

function viewOf(tab) {
  if (!views.has(tab.id)) {
    const view = tab.create(context);
    views.set(tab.id, view);
    panels[kTabs.indexOf(tab)].append(view.element);
  }
  return views.get(tab.id);
}

function choose(tab, fields = null) {
  if (tab !== shown) {
    if (shown) views.get(shown.id).hide();
    shown = tab;
    document.body.dataset.tab = tab.id;
    context.notices.clear();
    kTabs.forEach((other, i) => {
      const chosen = other === tab, button = document.getElementById(`tab-${other.id}`);
      button.setAttribute("aria-selected", chosen);
      button.tabIndex = chosen ? 0 : -1;
      panels[i].hidden = !chosen;
    });
    const view = viewOf(tab);
    if (fields) view.restore(fields);
    view.show();
    document.title = `${tab.title} – fovea studio`;
  } else if (fields) {
    viewOf(tab).restore(fields);
  }
  context.viewChanged();
}

/** The address follows the view a little later, so that a slider does not write it with each step. */
context.viewChanged = () => {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => shown && history.replaceState(null, "", addressOf(shown.id, state, views.get(shown.id).view())), 150);
};
context.currentView = () => ({
  view: shown.id, model: state.model?.id, photo: state.photo?.id, class: state.class ?? undefined, ...views.get(shown.id).view(),
});
context.currentCommand = () => (views.get(shown.id).command ?? context.currentView)();
context.currentFiles = () => views.get(shown.id).files?.() ?? [];
context.currentAddress = () => new URL(addressOf(shown.id, state, views.get(shown.id).view()), location.href).href;

/** Shows what the address says; names of things that are gone are said. */
async function restore() {
  const { tab, fields: { model, photo, class: chosen, ...fields } } = readAddress(location.hash);
  const found = { model: model && findModel(state, model), photo: photo && (await findPhoto(state, photo)) };
  context.doubts.clear();
  const of = found.model || state.model;
  const isClass = (text) => /^\d{1,9}$/.test(text ?? "") && (!of?.classes || Number(text) < of.classes);
  state.set({ model: of, photo: found.photo || state.photo, class: isClass(chosen) ? Number(chosen) : null });
  choose(kTabs.find(({ id }) => id === tab) ?? kTabs[0], fields);
  if (model && !found.model) context.doubt(`the network “${model}”`);
  if (photo && !found.photo) context.doubt(`the photo “${photo}”`);
  if (chosen && !isClass(chosen)) context.doubt(`the class “${chosen}”`);
}

function addCommonShortcuts(rail) {
  const { shortcuts, files } = context;
  shortcuts.add({ key: "?", text: "This list", run: () => shortcuts.show() });
  shortcuts.add({ key: "j", text: "Next photo", run: () => rail.step(1) });
  shortcuts.add({ key: "k", text: "Photo before", run: () => rail.step(-1) });
  shortcuts.add({ key: "a", text: "Add photos", run: () => files.choosePhotos() });
  kTabs.forEach((tab, i) => shortcuts.add({ key: String(i + 1), text: `Tab ${tab.title}`, run: () => choose(tab) }));
}

async function start() {
  const [studio, models, photos] = await Promise.all([api.get("/api/studio"), api.get("/api/models"), api.get("/api/photos", { limit: 200 })]);
  context.studio = studio;
  // What was dropped last comes first, as it does while the page is open.
  const isUploaded = ({ origin }) => origin === "uploaded";
  const listed = [...photos.photos.filter(isUploaded).reverse(), ...photos.photos.filter((photo) => !isUploaded(photo))];
  // Of the samples, the one whose map needs no explanation.
  const first = listed.find(({ origin, name }) => origin === "sample" && name === "golf-ball.jpg");
  state.set({
    models: models.models, model: models.models.find(({ id }) => id === models.chosen) ?? models.models[0] ?? null,
    photos: listed, photosTotal: photos.total, photo: first ?? listed[0] ?? null,
  });
  const shell = buildShell(context, kTabs, (tab) => choose(tab));
  panels = shell.panels;
  addCommonShortcuts(shell.rail);
  state.watch(["model", "photo", "class"], () => context.viewChanged());
  addEventListener("hashchange", restore);
  await restore();
}

start().catch((error) => context.report(error));
