/* The frames of a gradient ascent: the picture, the curve of its score, and the strip that leads back to every frame. */
import { button, download } from "./controls.js";
import { curve, spread } from "./ascent_request.js";
import { make } from "./elements.js";
import { url } from "./api.js";

const kThumbs = 40;
const kPlot = { width: 640, height: 120 };
const kFramesPerSecond = 12;

const svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const numberText = (value) => (value === null || value === undefined || !Number.isFinite(value) ? "none" : String(Number(value.toPrecision(4))));

/** The score over steps; a press on it leads to the step there. */
function scoreCurve(ongo) {
  const line = svg("path", { class: "curve-line" }), area = svg("path", { class: "curve-area" });
  const mark = svg("line", { class: "curve-mark", y1: 0, y2: kPlot.height }), dot = svg("circle", { class: "curve-dot", r: 4 });
  const plot = svg("svg", { viewBox: `-2 -6 ${kPlot.width + 4} ${kPlot.height + 12}`, class: "curve", role: "img", preserveAspectRatio: "none" }, area, line, mark, dot);
  const high = make("span", { class: "curve-high number" }), low = make("span", { class: "curve-low number" });
  const element = make("figure", { class: "curve-figure" }, make("figcaption", {}, "Score"), make("div", { class: "curve-plot" }, high, low, plot));
  let frames = [];
  plot.addEventListener("click", (event) => {
    if (!frames.length) return;
    const box = plot.getBoundingClientRect();
    const step = ((event.clientX - box.left) / box.width) * frames.at(-1).step;
    ongo(frames.reduce((best, frame, i) => (Math.abs(frame.step - step) < Math.abs(frames[best].step - step) ? i : best), 0));
  });
  return {
    element,
    show(list, at) {
      frames = list;
      const drawn = curve(frames.map(({ step, score }) => [step, score]), kPlot.width, kPlot.height);
      line.setAttribute("d", drawn.path);
      area.setAttribute("d", drawn.path && `${drawn.path}L${drawn.x(frames.at(-1).step)} ${kPlot.height}L${drawn.x(frames[0].step)} ${kPlot.height}Z`);
      const frame = frames[at];
      mark.setAttribute("x1", frame ? drawn.x(frame.step) : 0);
      mark.setAttribute("x2", frame ? drawn.x(frame.step) : 0);
      dot.setAttribute("cx", frame ? drawn.x(frame.step) : 0);
      dot.setAttribute("cy", frame ? drawn.y(frame.score) : kPlot.height);
      high.textContent = frames.length ? numberText(drawn.high) : "";
      low.textContent = frames.length ? numberText(drawn.low) : "";
      plot.setAttribute("aria-label", frames.length ? `Score from ${numberText(frames[0].score)} at step ${frames[0].step} to ${numberText(frames.at(-1).score)} at step ${frames.at(-1).step}` : "No score yet");
    },
  };
}

/** Frames are {job, frame, step, score, probability, norm}, `step` from the first job's start. */
export class Film {
  frames = [];
  at = -1;
  display = "fitted";
  #isFollowing = true;
  #isLoading = false;
  #timer = 0;
  #drawn = 0;
  #painting = 0;

  constructor() {
    this.picture = make("img", { class: "ascent-picture", alt: "", hidden: true });
    this.empty = make("p", { class: "ascent-empty hint" }, "Press Start, and watch the picture grow that the network takes for the class.");
    this.words = make("dl", { class: "ascent-words" });
    this.curve = scoreCurve((at) => this.go(at));
    this.scrub = make("input", {
      type: "range", min: 0, max: 0, step: 1, value: 0, "aria-label": "Frame", disabled: true,
      oninput: () => this.go(Number(this.scrub.value)),
    });
    this.play = button("Play", { disabled: true, onclick: () => (this.#timer ? this.#pause() : this.#replay()) });
    this.strip = make("div", { class: "film", tabindex: 0, role: "region", "aria-label": "Filmstrip" });
    this.files = make("div", { class: "row" });
    this.stage = make("div", { class: "ascent-stage" }, this.picture, this.empty);
    this.element = make("div", { class: "ascent-show" },
      make("div", { class: "ascent-now" }, this.stage, make("div", { class: "ascent-side card" }, this.words, this.curve.element, this.files)),
      make("section", { class: "card", "aria-label": "Frames" }, make("div", { class: "scrub" }, this.play, this.scrub), this.strip));
    this.#words();
  }

  get current() { return this.frames[this.at]; }

  sourceOf({ job, frame }) {
    return url(`/api/jobs/${job}/frames/${frame}`, { display: this.display });
  }

  clear() {
    this.#pause();
    this.frames = [];
    this.at = -1;
    this.#isFollowing = true;
    this.picture.hidden = true;
    this.picture.removeAttribute("src");
    this.empty.hidden = false;
    this.strip.replaceChildren();
    this.files.replaceChildren();
    this.#bounds();
    this.#words();
    this.curve.show([], -1);
  }

  /** A new frame is shown unless the user looks at an earlier one. */
  add(frame) {
    this.frames.push(frame);
    this.#bounds();
    if (this.#isFollowing) this.at = this.frames.length - 1;
    // A fast network makes several steps between two pictures of the screen.
    this.#painting ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#painting = 0;
    if (!this.current) return;
    if (this.#isFollowing) this.#show(this.at);
    else this.curve.show(this.frames, this.at);
    this.#thumbs();
  }

  go(at) {
    this.#isFollowing = at === this.frames.length - 1;
    this.#show(at);
  }

  redisplay(display) {
    this.display = display;
    for (const thumb of this.strip.children) thumb.firstChild.src = this.sourceOf(this.frames[Number(thumb.dataset.at)]);
    if (this.current) this.#show(this.at);
  }

  /** Draws what is missing from the strip once no more frames come. `scores`, {score, probability, norm}, are those of the last picture as it stays. */
  finish(scores = null) {
    cancelAnimationFrame(this.#painting);
    const last = this.frames.at(-1);
    if (last && scores) Object.assign(last, scores);
    this.#paint();
    if (this.current === last) this.#words();
    this.#thumbs(true);
    this.#load();
  }

  #bounds() {
    this.scrub.max = Math.max(0, this.frames.length - 1);
    this.scrub.disabled = this.play.disabled = this.frames.length < 2;
  }

  #show(at) {
    this.at = at;
    this.scrub.value = at;
    const { step } = this.current;
    this.scrub.setAttribute("aria-valuetext", `step ${step}`);
    this.#words();
    this.curve.show(this.frames, at);
    for (const thumb of this.strip.children) thumb.setAttribute("aria-current", String(Number(thumb.dataset.at) === this.#nearest()));
    this.#load();
  }

  #nearest() {
    const shown = [...this.strip.children].map((thumb) => Number(thumb.dataset.at));
    return shown.reduce((best, at) => (Math.abs(at - this.at) < Math.abs(best - this.at) ? at : best), shown[0]);
  }

  /** Shows the current frame; while one loads, later ones replace what is waiting, so that pictures never pile up. */
  #load() {
    const frame = this.current;
    if (!frame || this.#isLoading) return;
    const source = this.sourceOf(frame);
    if (this.picture.getAttribute("src") === source) return;
    this.#isLoading = true;
    const next = new Image();
    const done = (isThere) => {
      this.#isLoading = false;
      if (isThere && this.frames.includes(frame)) {
        this.picture.src = source;
        this.picture.alt = `Step ${frame.step}, score ${numberText(frame.score)}`;
        this.picture.hidden = false;
        this.empty.hidden = true;
      }
      if (isThere && this.current && this.current !== frame) this.#load();
    };
    next.onload = () => done(true);
    next.onerror = () => done(false);
    next.src = source;
  }

  #words() {
    const frame = this.current;
    const rows = [["Step", frame ? String(frame.step) : "–"], ["Score", frame ? numberText(frame.score) : "–"],
      ["Probability", frame ? (frame.probability === null || frame.probability === undefined ? "none" : `${(100 * frame.probability).toFixed(1)} %`) : "–"],
      ["Norm", frame ? numberText(frame.norm) : "–"]];
    this.words.replaceChildren(...rows.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", { class: "number" }, text))));
    if (frame) this.files.replaceChildren(download("Save PNG", this.sourceOf(frame), `class-model-step-${frame.step}.png`));
  }

  /** The strip has at most a few dozen frames, spread over all. */
  #thumbs(isLast = false) {
    if (!isLast && performance.now() - this.#drawn < 200) return;
    const picked = spread(this.frames.length, kThumbs);
    // The newest frame joins at the end: until then it would be another one each time.
    if (!isLast && picked.length > 2 && picked.at(-1) - picked.at(-2) < picked[1]) picked.pop();
    this.#drawn = performance.now();
    const there = new Map([...this.strip.children].map((thumb) => [Number(thumb.dataset.at), thumb]));
    this.strip.replaceChildren(...picked.map((at) => there.get(at) ?? make("button", {
      type: "button", class: "film-frame", tabindex: -1, "data-at": at, "aria-label": `Step ${this.frames[at].step}`, onclick: () => this.go(at),
    }, make("img", { src: this.sourceOf(this.frames[at]), alt: "", loading: "lazy", width: 64, height: 64 }), make("span", { class: "number" }, String(this.frames[at].step)))));
    for (const thumb of this.strip.children) thumb.setAttribute("aria-current", String(Number(thumb.dataset.at) === this.#nearest()));
    if (this.#isFollowing) this.strip.scrollLeft = this.strip.scrollWidth;
  }

  #replay() {
    this.play.textContent = "Pause";
    if (this.at === this.frames.length - 1) this.go(0);
    this.#timer = setInterval(() => {
      if (this.at + 1 >= this.frames.length) return this.#pause();
      this.go(this.at + 1);
    }, 1000 / kFramesPerSecond);
  }

  #pause() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.play.textContent = "Play";
  }
}
