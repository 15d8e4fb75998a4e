/* The tab Class models: gradient ascent that can be watched, stopped, changed and continued. */
import { follow, get, isAbort, post, remove } from "./api.js";
import { ascentCommand, ascentRequest, defaultsOf, kMethods, kOptions, kStarts } from "./ascent_request.js";
import { ascentControls } from "./ascent_settings.js";
import { Film } from "./ascent_film.js";
import { inSentences } from "./page_words.js";
import { button, segments } from "./controls.js";
import { make } from "./elements.js";

class ClassModelsTab {
  #run = null;        // {job, controller, ended} while an ascent runs
  #last = null;       // the id of the job whose picture can go on
  #requests = new Map();  // what was asked for, by the ids of the jobs whose frames are shown
  #changes = 0;
  #asked = 0;
  #isVisible = false;
  #isStale = true;
  layers = [];

  constructor(context) {
    this.context = context;
    this.settings = {
      target: "class", class: null, layer: undefined, channel: 0, row: null, column: null, method: "regularized",
      options: defaultsOf(context.studio, "regularized"), start: "zero", seed: 0,
    };
    this.film = new Film();
    this.controls = ascentControls(context, this.settings, {
      onoption: (field) => this.#optionChanged(field),
      ontarget: () => this.#targetChanged(),
      onstart: () => this.context.viewChanged(),
    });
    this.begin = button("Start", { class: "main", onclick: () => this.#start(null) });
    this.stop = button("Stop", { hidden: true, onclick: () => this.#stop() });
    this.goOn = button("Go on", { hidden: true, onclick: () => this.#start(this.#last) });
    this.display = segments("Display", [["fitted", "Fitted"], ["pixels", "Pixels"]], "fitted", (value) => {
      this.film.redisplay(value);
      this.hasChosenDisplay = true;
      this.context.viewChanged();
    });
    this.progress = make("progress", { max: 1, value: 0, hidden: true, "aria-label": "Steps done" });
    this.status = make("p", { class: "ascent-status hint" });
    this.element = make("div", { class: "ascent-tab" }, this.controls.element,
      make("div", { class: "ascent-work" },
        make("div", { class: "card ascent-bar" }, make("div", { class: "row" }, this.begin, this.stop, this.goOn), this.display.element, this.progress, this.status),
        this.film.element));
    context.state.watch(["model"], () => {
      this.settings.layer = undefined;
      this.settings.class = null;
      this.#forget();
      this.#refresh();
    });
    context.state.watch(["class", "photo"], () => {
      if (!this.#run && !this.film.frames.length) this.#refresh();
    });
  }

  get model() { return this.context.state.model; }

  /** Layers of the model and the class that is shown first: the chosen one, or the best guess of the photo. */
  async #refresh() {
    if (!this.#isVisible) return void (this.#isStale = true);
    this.#isStale = false;
    const number = ++this.#asked;
    if (!this.model) return;
    try {
      const { layers } = await get(`/api/models/${this.model.id}`);
      if (number !== this.#asked) return;
      this.layers = layers;
      const { layer, target } = this.settings;
      if (target !== "class" && layer && !layers.some(({ name, units }) => name === layer && units)) this.context.doubt(`the layer “${layer}”`);
      this.controls.offerLayers(layers);
      this.settings.class ??= this.context.state.class ?? (await this.#bestGuess());
      if (number !== this.#asked) return;
      await this.controls.showClass();
      this.controls.update();
      this.context.viewChanged();
    } catch (error) {
      if (number === this.#asked) this.#fail(error);
    }
  }

  async #bestGuess() {
    const { model, photo } = this.context.state;
    if (!photo) return 0;
    const { predictions } = await get("/api/predictions", { model: model.id, photo: photo.id, top: 1 });
    return predictions[0]?.class ?? 0;
  }

  #fail(error) {
    if (isAbort(error)) return;
    this.#say(inSentences(error), true);
    this.context.announce(error.message);
  }

  #say(text, isError = false) {
    this.status.textContent = text;
    this.status.classList.toggle("bad", isError);
  }

  target() {
    const { target, class: number, layer, channel, row, column } = this.settings;
    if (target === "class") return { class: number };
    if (target === "channel") return { layer, channel };
    const units = this.layers.find(({ name }) => name === layer)?.units;
    const middle = (count) => Math.floor((count ?? 1) / 2);
    return { layer, channel, row: row ?? middle(units?.height), column: column ?? middle(units?.width) };
  }

  #forget() {
    this.#clearFilm();
    this.#run = null;
    this.#last = null;
    this.#buttons();
    this.#say("");
  }

  /** Cancels what runs, and forgets jobs whose frames are shown no more. */
  #clearFilm() {
    this.#run?.controller.abort();
    const jobs = new Set(this.film.frames.map(({ job }) => job));
    jobs.delete(this.#run?.job?.id);
    this.#requests.clear();
    for (const job of jobs) remove(`/api/jobs/${job}`).catch(() => {});
    this.film.clear();
  }

  #targetChanged() {
    this.controls.update();
    this.controls.offerLayers(this.layers);
    if (!this.hasChosenDisplay) this.display.set((this.film.display = this.settings.method === "regularized" ? "fitted" : "pixels"));
    this.#last = null;
    this.context.viewChanged();
    if (this.#run) this.#start(null);
    else this.#buttons();
  }

  /** While an ascent runs, it goes on from where it is with the new value. */
  async #optionChanged() {
    this.context.viewChanged();
    const run = this.#run, change = ++this.#changes;
    if (!run?.job || !this.film.frames.length) return;
    await this.#stop();
    if (change === this.#changes && this.#last === run.job.id) this.#start(run.job.id);
  }

  /** Ends the ascent with the picture that it has, from which it can go on. */
  async #stop() {
    const run = this.#run;
    if (!run) return;
    run.isStopped = true;
    if (!run.job) return run.controller.abort();
    try {
      await post(`/api/jobs/${run.job.id}/stop`);
    } catch (error) {
      this.#fail(error);
    }
    await run.ended;
  }

  #buttons() {
    const isRunning = this.#run !== null;
    const focus = document.activeElement;
    this.stop.hidden = this.progress.hidden = !isRunning;
    this.begin.hidden = isRunning;
    this.goOn.hidden = isRunning || !this.#last || !this.film.frames.length;
    this.begin.textContent = this.film.frames.length ? "Start again" : "Start";
    if (focus === this.begin && isRunning) this.stop.focus();
    if (focus === this.goOn && isRunning) this.stop.focus();
    if (focus === this.stop && !isRunning) (this.goOn.hidden ? this.begin : this.goOn).focus();
  }

  /** Starts from `settings.start`, or goes on from the picture of a job. */
  #start(from) {
    if (!this.model) return;
    if (!from) this.#clearFilm();
    const run = (this.#run = { controller: new AbortController(), job: null, isStopped: false });
    run.ended = this.#follow(run, from);
    this.progress.removeAttribute("value");
    this.#buttons();
    this.#say("Waiting for the network");
  }

  async #follow(run, from) {
    const firstStep = from ? this.film.frames.at(-1)?.step ?? 0 : 0, { signal } = run.controller;
    const isCurrent = () => run === this.#run;
    try {
      const chosen = { model: this.model.id, photo: this.context.state.photo?.id, from };
      const request = ascentRequest(this.settings, this.settings.options, this.target(), chosen);
      run.job = await post("/api/jobs", request, signal);
      this.#requests.set(run.job.id, request);
      if (isCurrent()) this.#last = run.job.id;
      const { result } = await follow(run.job, {
        progress: ({ done, total, text }) => isCurrent() && this.#progress(done, total, text),
        frame: (frame) => isCurrent() && this.#frame(run.job.id, frame, firstStep, from),
      }, signal);
      if (isCurrent()) this.#end(run.isStopped ? "Stopped" : "Done", run.job.id, result);
    } catch (error) {
      if (!isCurrent()) return;
      this.#last = null;
      this.#end("Stopped");
      this.#fail(error);
    }
  }

  #progress(done, total, text) {
    if (total) this.progress.value = done / total;
    this.#say(text || (total ? `Step ${done} of ${total}` : "Waiting for the network"));
  }

  #frame(job, { frame, step, score, probability, norm }, firstStep, from) {
    if (from && step === 0) return;  // the picture that is there already
    this.film.add({ job, frame, step: firstStep + step, score, probability, norm });
  }

  /** `result` is the job's, whose scores are of the picture at rest: while it ran, each frame had those of the step before. */
  #end(text, job = null, result = null) {
    this.#run = null;
    const last = this.film.frames.at(-1), steps = last?.step ?? 0;
    const { score, probability, norm } = result ?? {};
    this.film.finish(result && last?.job === job ? { score, probability, norm } : null);
    this.#buttons();
    this.#say(`${text} after ${steps} steps`);
    this.context.announce(`${text} after ${steps} steps`);
  }

  show() {
    this.#isVisible = true;
    if (this.#isStale) this.#refresh();
  }

  hide() {
    this.#isVisible = false;
  }

  viewFields() {
    const { target, class: number, layer, channel, row, column, method, options, start, seed } = this.settings;
    const normal = defaultsOf(this.context.studio, method);
    const changed = Object.fromEntries(Object.entries(options).filter(([field, value]) => value !== normal[field]));
    return {
      ...(target === "class" ? { of: number ?? undefined } : { target, layer, channel, ...(target === "unit" ? { row, column } : {}) }),
      method: method === "regularized" ? undefined : method, start: start === "zero" ? undefined : start, seed: seed || undefined,
      display: this.hasChosenDisplay ? this.film.display : undefined, ...changed,
    };
  }

  /** The fields of POST /api/commands for the picture that is shown, or for the one that Start would make; a text where there are none. */
  commandFields() {
    const { current } = this.film;
    const chosen = { model: this.model?.id, photo: this.context.state.photo?.id };
    const request = this.#requests.get(current?.job) ?? ascentRequest(this.settings, this.settings.options, this.target(), chosen);
    return ascentCommand(request, current, this.film.display);
  }

  files() {
    const frame = this.film.current;
    return frame ? [["Picture of this step (PNG)", this.film.sourceOf(frame), `class-model-step-${frame.step}.png`]] : [];
  }

  restore(view) {
    const whole = (text) => (/^\d{1,9}$/.test(text ?? "") ? Number(text) : null);
    const known = (list, value, normal) => (list.some(([name]) => name === value) ? value : normal);
    const method = known(kMethods, view.method, "regularized");
    const options = defaultsOf(this.context.studio, method);
    const isKnown = whole(view.of) !== null && (!this.model?.classes || whole(view.of) < this.model.classes);
    if (view.of && !isKnown) this.context.doubt(`the class “${view.of}”`);
    for (const { field } of kOptions)
      if (field in options && view[field] && Number.isFinite(Number(view[field]))) options[field] = Number(view[field]);
    Object.assign(this.settings, {
      target: ["channel", "unit"].includes(view.target) ? view.target : "class", class: isKnown ? whole(view.of) : this.settings.class, layer: view.layer,
      channel: whole(view.channel) ?? 0, row: whole(view.row), column: whole(view.column), method, options,
      start: known(kStarts, view.start, "zero"), seed: whole(view.seed) ?? 0,
    });
    this.hasChosenDisplay = ["fitted", "pixels"].includes(view.display);
    this.film.display = this.hasChosenDisplay ? view.display : method === "regularized" ? "fitted" : "pixels";
    this.display.set(this.film.display);
    this.#forget();
    this.controls.update();
    this.#refresh();
  }
}

export default {
  id: "class-models",
  title: "Class models",
  create(context) {
    const tab = new ClassModelsTab(context);
    return {
      element: tab.element, show: () => tab.show(), hide: () => tab.hide(), view: () => tab.viewFields(), restore: (view) => tab.restore(view),
      command: () => tab.commandFields(), files: () => tab.files(),
    };
  },
};
