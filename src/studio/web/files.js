import * as api from "./api.js";
import { make } from "./elements.js";

const isModel = (file) => /\.onnx$/i.test(file.name);

/** Kinds of pictures that browsers show upright, as fovea reads them. */
const kOwnTypes = ["image/jpeg", "image/png", "image/webp"];
/** Pictures of uploaded photos, by the photo's id: they need not come back from the server. */
const ownPictures = new Map();
export const ownPicture = (photo) => ownPictures.get(photo?.id);
export function forgetPicture(photo) {
  const address = ownPictures.get(photo.id);
  ownPictures.delete(photo.id);
  if (address) setTimeout(() => URL.revokeObjectURL(address), 10000);  // an image may be reading it still
}

/** The files of a drop, those of dropped folders too. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) return files.push(await new Promise((done, fail) => entry.file(done, fail)));
    const reader = entry.createReader();
    for (let part; (part = await new Promise((done, fail) => reader.readEntries(done, fail))).length;)
      for (const child of part) await walk(child);
  };
  for (const entry of entries) await walk(entry);
  return files.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** Takes photos and models that are dropped, pasted or chosen. */
export class Files {
  constructor(context) {
    this.context = context;
    this.veil = make("div", { class: "veil", hidden: true }, make("p", {}, "Drop photos, or a network as .onnx"));
    document.body.append(this.veil);
    this.photoInput = this.makeInput("image/*,.pgm,.ppm,.tif,.tiff", true);
    this.modelInput = this.makeInput(".onnx", false);
    this.listen();
  }

  makeInput(accept, multiple) {
    const input = make("input", { type: "file", accept, multiple, hidden: true, onchange: () => {
      const files = [...input.files];
      input.value = "";
      this.take(files);
    } });
    document.body.append(input);
    return input;
  }

  choosePhotos() { this.photoInput.click(); }
  /** The network becomes the chosen one, or is handed to `use`. */
  chooseModel(use = null) {
    this.useModel = use;
    this.modelInput.click();
  }

  listen() {
    let depth = 0;
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    const over = (inside) => {
      depth = Math.max(0, depth + inside);
      this.veil.hidden = depth === 0;
    };
    addEventListener("dragenter", (event) => hasFiles(event) && over(1));
    addEventListener("dragleave", (event) => hasFiles(event) && over(-1));
    addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    addEventListener("drop", async (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over(-Infinity);
      this.take(await filesOf(event.dataTransfer));
    });
    addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.take(files);
    });
  }

  /** Sends the files one after another; the first photo and the last network are chosen as soon as they are there. */
  async take(files) {
    const { state, notices } = this.context;
    let added = 0;
    const failures = [];
    for (const [i, file] of files.entries()) {
      const end = notices.working(files.length > 1 ? `Reading ${file.name} (${i + 1} of ${files.length})` : `Reading ${file.name}`);
      try {
        if (isModel(file)) await this.takeModel(file);
        else {
          const photo = await this.takePhoto(file);
          state.set({ photos: state.photos.toSpliced(added, 0, photo), photosTotal: state.photosTotal + 1, ...(added++ ? {} : { photo }) });
        }
      } catch (error) {
        failures.push({ name: file.name || "pasted.png", error });
      } finally {
        end();
      }
    }
    notices.reportFiles(failures);
  }

  async takePhoto(file) {
    const photo = await api.upload("/api/photos", { name: file.name || "pasted.png" }, file);
    if (kOwnTypes.includes(file.type)) ownPictures.set(photo.id, URL.createObjectURL(file));
    return { ...photo, isNew: true };
  }

  async takeModel(file) {
    const { state, notices } = this.context;
    const model = await api.upload("/api/models", { name: file.name }, file);
    const use = this.useModel;
    this.useModel = null;
    state.set({ models: [...state.models, model], ...(use ? {} : { model }) });
    use?.(model);
    notices.announce(`${model.name} is ready`);
  }
}
