import { make } from "./elements.js";
import { icon } from "./icons.js";
import { PhotoRail } from "./photo_rail.js";
import { kActions } from "./tabs.js";

const kThemes = [["", "as the system"], ["light", "light"], ["dark", "dark"]];

/** Changes between the system's theme, light and dark. */
function themeButton() {
  const root = document.documentElement.dataset;
  const text = make("span", { class: "unseen" });
  const button = make("button", { type: "button", class: "quiet round", onclick: () => {
    const at = kThemes.findIndex(([name]) => name === (root.theme ?? ""));
    [root.theme] = kThemes[(at + 1) % kThemes.length];
    try {
      localStorage.setItem("fovea-theme", root.theme);
    } catch {}  // a browser that keeps nothing
    name();
  } }, icon("theme"), text);
  const name = () => {
    const [, words] = kThemes.find(([theme]) => theme === (root.theme ?? "")) ?? kThemes[0];
    text.textContent = `Theme: ${words}`;
    button.title = `Theme: ${words}`;
  };
  name();
  return button;
}

/** The network that is asked, and a button for another one. */
function modelMenu(context) {
  const { state } = context;
  const select = make("select", { "aria-label": "Network", onchange: () => state.set({ model: state.models.find(({ id }) => id === select.value) }) });
  const fill = () => {
    select.replaceChildren(...state.models.map((model) => make("option", { value: model.id, selected: model.id === state.model?.id }, model.name)));
    select.title = state.model?.name ?? "";
  };
  state.watch(["models", "model"], fill);
  fill();
  return make("div", { class: "model-menu" }, select,
    make("button", { type: "button", class: "quiet", title: "Open a network (.onnx)", onclick: () => context.files.chooseModel() }, icon("open"), make("span", {}, "Open…")));
}

/** The tabs' names; `choose(tab)` shows one. */
function tabList(tabs, choose) {
  const buttons = tabs.map((tab, i) =>
    make("button", {
      type: "button", role: "tab", id: `tab-${tab.id}`, "aria-controls": `panel-${tab.id}`, "aria-selected": "false", tabindex: -1,
      onclick: () => choose(tab),
      onkeydown: (event) => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        choose(tabs[(to + tabs.length) % tabs.length]);
        buttons[(to + tabs.length) % tabs.length].focus();
      },
    }, tab.title));
  return make("div", { class: "tabs", role: "tablist", "aria-label": "Views" }, buttons);
}

/** The page's frame: head, strip of photos and a panel for each tab. */
export function buildShell(context, tabs, choose) {
  const help = make("button", { type: "button", class: "quiet round", title: "Keys (?)", onclick: () => context.shortcuts.show() },
    make("span", { "aria-hidden": "true" }, "?"), make("span", { class: "unseen" }, "Keys"));
  const rail = new PhotoRail(context);
  const panels = tabs.map((tab) => make("section", { class: "panel", role: "tabpanel", id: `panel-${tab.id}`, "aria-labelledby": `tab-${tab.id}`, hidden: true }));
  document.body.prepend(
    make("header", { class: "head" },
      make("h1", { class: "brand" }, make("img", { src: "/web/icon.svg", alt: "", width: 22, height: 22 }), "fovea", make("span", { class: "unseen" }, " studio")),
      tabList(tabs, choose), modelMenu(context),
      make("div", { class: "head-actions" }, kActions.map((action) => action(context)), themeButton(), help)),
    make("div", { class: "body" }, rail.element, make("main", {}, panels)));
  return { rail, panels };
}
