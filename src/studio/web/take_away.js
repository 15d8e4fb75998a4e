/* Everything can be taken away: the present view as a command or program, as files, as an address, and all as a report. */
import { post, runJob, isAbort } from "./api.js";
import { button, download, numberField, segments } from "./controls.js";
import { make } from "./elements.js";
import { icon } from "./icons.js";
import { inSentences } from "./page_words.js";
import { usableMethods } from "./usable_methods.js";

const kLanguages = [["command", "Command line"], ["cpp", "C++"], ["python", "Python"]];

/** Copies a text; where the browser does not let the page write to its clipboard, the old way by a selection. */
export async function copyText(text) {
  const isWritten = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  if (isWritten) return;
  const area = make("textarea", { class: "unseen", readonly: true, "aria-hidden": "true", tabindex: -1 });
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error("This browser does not let the page copy. Select the text and copy it.");
}

/** A button that copies what `text()` gives, and says so. */
function copyButton(label, context, text) {
  const words = make("span", {}, label);
  const control = button("", { onclick: async () => {
    try {
      await copyText(text());
      words.textContent = "Copied";
      context.announce("Copied");
      setTimeout(() => (words.textContent = label), 1500);
    } catch (error) {
      context.report(error);
    }
  } });
  control.append(words);
  return control;
}

function codePart(context) {
  let commands = null, language = "command", asked = 0;
  const code = make("code", {});
  const remark = make("p", { class: "hint", role: "status" });
  const text = () => commands?.[language] ?? "";
  const choose = segments("This view as", kLanguages, language, (value) => {
    language = value;
    code.textContent = text();
  });
  const copy = copyButton("Copy", context, text);
  const element = make("section", { class: "take-code", "aria-label": "This view as code" },
    make("div", { class: "row" }, choose.element, copy), make("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, code), remark);
  return {
    element,
    async update() {
      const number = ++asked;
      commands = null;
      copy.disabled = true;
      const command = context.currentCommand(), isAsked = command && typeof command !== "string";
      const { remark: words = "", ...fields } = isAsked ? command : {};
      remark.textContent = words;
      code.textContent = isAsked ? "…" : command || "There is nothing in this view yet that a command could repeat.";
      if (!isAsked) return;
      try {
        const found = await post("/api/commands", fields);
        if (number !== asked) return;
        commands = found;
        copy.disabled = false;
        code.textContent = text();
      } catch (error) {
        if (number === asked) code.textContent = inSentences(error);
      }
    },
  };
}

function reportPart(context) {
  const { state } = context;
  const models = numberField({ label: "Class models", min: 0, max: 100, step: 1, value: 0, onchange: () => {} });
  const which = segments("Photos", [["all", "All photos"], ["one", "This photo"]], "all", (value) => (chosen = value));
  let chosen = "all", controller = null;
  const methods = make("fieldset", { class: "take-methods" }, make("legend", {}, "Methods"));
  const note = make("p", { class: "hint", role: "status" });
  const bar = make("progress", { max: 1, value: 0, hidden: true, "aria-label": "The report's progress" });
  const links = make("div", { class: "row" });
  const stop = button("Stop", { hidden: true, onclick: () => controller.abort() });
  const write = button("Write the report", { class: "main", onclick: () => run() });

  async function run() {
    const names = [...methods.querySelectorAll("input:checked")].map((input) => input.value);
    if (!names.length) return void (note.textContent = "Choose at least one method.");
    const photos = chosen === "one" ? [state.photo] : state.photos;
    controller = new AbortController();
    links.replaceChildren();
    bar.hidden = stop.hidden = false;
    write.hidden = true;
    bar.removeAttribute("value");
    try {
      const fields = { kind: "report", model: state.model.id, photos: photos.map(({ id }) => id), methods: names, classModels: Number(models.input.value) || 0 };
      const job = await runJob(fields, { progress({ done, total, text }) {
        if (total) bar.value = done / total;
        note.textContent = text || "";
      } }, controller.signal);
      note.textContent = "The report is one file that needs nothing else.";
      links.replaceChildren(make("a", { class: "button main", href: job.result.file, target: "_blank" }, "Open the report"), download("Save it", job.result.file, "fovea-report.html"));
    } catch (error) {
      note.textContent = isAbort(error) ? "Stopped." : inSentences(error);
    } finally {
      bar.hidden = stop.hidden = true;
      write.hidden = false;
    }
  }

  return {
    element: make("section", { class: "take-report", "aria-label": "Report" }, make("h3", {}, "The whole as a report page"),
      make("div", { class: "row" }, which.element, models.element), methods, make("div", { class: "row" }, write, stop, bar, links), note),
    update() {
      const usable = usableMethods(context.studio, state.model), known = usable.map(({ name }) => name);
      const common = ["gradient", "guided", "grad-cam"], first = common.some((name) => known.includes(name)) ? common : known.slice(0, 1);
      const inputs = [...methods.querySelectorAll("input")];
      const chosen = inputs.length ? inputs.filter(({ checked }) => checked).map(({ value }) => value) : first;
      for (const { parentElement } of inputs) parentElement.remove();
      methods.append(...usable.map(({ name, title }) =>
        make("label", { class: "check" }, make("input", { type: "checkbox", value: name, checked: chosen.includes(name) }), make("span", {}, title))));
    },
  };
}

/** The button in the page's head, and its dialog. */
export function takeAway(context) {
  const code = codePart(context), report = reportPart(context);
  const address = make("input", { type: "text", readonly: true, "aria-label": "Address of this view", onfocus: () => address.select() });
  const files = make("div", { class: "row take-files" });
  const filesPart = make("section", { "aria-label": "Files" }, make("h3", {}, "Files of this view"), files);
  const dialog = make("dialog", { class: "sheet take-away", "aria-labelledby": "take-away-title", onclick: (event) => event.target === dialog && dialog.close() },
    make("header", {}, make("h2", { id: "take-away-title" }, "Take away"), button("Close", { class: "quiet", onclick: () => dialog.close() })),
    code.element, filesPart,
    make("section", { "aria-label": "Address" }, make("h3", {}, "Address of this view"), make("div", { class: "take-address" }, address, copyButton("Copy the address", context, () => address.value))),
    report.element);
  document.body.append(dialog);
  const open = button("", { class: "quiet take-away-button", "aria-haspopup": "dialog", title: "Take this view away", onclick: () => {
    code.update();
    report.update();
    address.value = context.currentAddress();
    const list = context.currentFiles();
    filesPart.hidden = !list.length;
    files.replaceChildren(...list.map(([text, href, name]) => download(text, href, name)));
    dialog.showModal();
  } });
  open.append(icon("download"), make("span", {}, "Take away"));
  return open;
}
