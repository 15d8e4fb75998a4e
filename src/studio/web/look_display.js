import { selection, segments, slider, toggle } from "./controls.js";
import { gradientOf } from "./colours.js";
import { make } from "./elements.js";

export const kDisplay = { fade: 0.85, blend: "value", colours: "inferno", signed: false, percentile: 99, gamma: 1, exact: false };
const kDiverging = "blue-red";

/** How maps are shown: everything here is done by the browser, from the numbers that it has. */
export class DisplayBar {
  constructor(context, display, changed) {
    Object.assign(this, { context, display, changed });
    const set = (name) => (value) => {
      this.display[name] = value;
      this.update(name);
    };
    const names = Object.keys(context.studio.colourMaps).filter((name) => name !== kDiverging);
    this.fade = slider({ label: "Map over photo", min: 0, max: 100, step: 1, value: 100 * display.fade, text: (value) => `${value} %`, oninput: (value) => set("fade")(value / 100) });
    this.blend = segments("Opacity", [["value", "By value"], ["even", "Even"]], display.blend, set("blend"));
    this.colours = selection("Colours", names.map((name) => [name, name]), display.colours, set("colours"));
    this.signed = toggle("Signed", display.signed, set("signed"));
    this.exact = toggle("Pixels", display.exact, set("exact"));
    this.percentile = slider({ label: "White point", min: 80, max: 100, step: 0.1, value: display.percentile, text: (value) => `${value.toFixed(1)} %`, oninput: set("percentile") });
    // A slider of equal steps in the exponent: 1/4 to 4, with 1 in the middle.
    this.gamma = slider({ label: "Gamma", min: -2, max: 2, step: 0.05, value: Math.log2(display.gamma), text: (value) => (2 ** value).toFixed(2), oninput: (value) => set("gamma")(2 ** value) });
    this.reset = make("button", { type: "button", class: "quiet", onclick: () => this.restore({ ...kDisplay }) }, "Reset");
    this.legend = { bar: make("span", { class: "legend-bar" }), low: make("span"), high: make("span") };
    this.element = make("div", { class: "display", role: "group", "aria-label": "How maps are shown" },
      this.fade.element, this.colours.element, this.percentile.element, this.gamma.element, this.blend.element,
      make("div", { class: "row" }, this.signed.element, this.exact.element, this.reset),
      make("p", { class: "legend", title: "How strongly a pixel raises or lowers the score" }, this.legend.low, this.legend.bar, this.legend.high));
    this.update(null);
  }

  /** The colours of signed values, [[r, g, b], ...]. */
  get signedColours() { return this.context.palette(kDiverging); }

  restore(display) {
    Object.assign(this.display, display);
    this.fade.set(100 * this.display.fade);
    this.blend.set(this.display.blend);
    this.colours.set(this.display.colours);
    this.signed.set(this.display.signed);
    this.exact.set(this.display.exact);
    this.percentile.set(this.display.percentile);
    this.gamma.set(Math.log2(this.display.gamma));
    this.update("all");
  }

  update(name) {
    const { signed, colours, fade } = this.display;
    document.documentElement.style.setProperty("--map-fade", fade);
    const hex = this.context.studio.colourMaps[signed ? kDiverging : colours].match(/.{6}/g);
    this.legend.bar.style.background = gradientOf(hex);
    this.legend.low.textContent = signed ? "lowers" : "weak";
    this.legend.high.textContent = signed ? "raises" : "strong";
    this.colours.select.disabled = signed;
    if (name) this.changed(name);
  }
}
