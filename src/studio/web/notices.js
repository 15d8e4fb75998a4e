import { make } from "./elements.js";
import { icon } from "./icons.js";
import { isAbort } from "./api.js";
import { reasonOf } from "./page_words.js";

/** An error stays for so many milliseconds, and longer by as many for each letter; then screen readers find it among the earlier messages. */
const kShown = 8000, kPerLetter = 50;
const kMost = 3, kMostEarlier = 5;

/** Messages at the foot of the page, and the words that only screen readers say. */
export class Notices {
  constructor() {
    this.list = make("div", { class: "notices", role: "region", "aria-label": "Messages" });
    this.works = make("div", { class: "works", role: "region", "aria-label": "Under way" });
    this.earlier = make("ul", {});
    this.earlierPart = make("section", { class: "unseen", "aria-label": "Earlier messages", hidden: true }, this.earlier);
    this.spoken = make("p", { class: "unseen", role: "status" });
    document.body.append(this.list, this.works, this.earlierPart, this.spoken);
  }

  /** Says a sentence to screen readers. */
  announce(text) {
    this.spoken.textContent = this.spoken.textContent === text ? `${text}\u00a0` : text;
  }

  /** Shows that something takes its time; returns a function that ends it. What is done at once is not shown. */
  working(text) {
    const notice = make("div", { class: "notice working" }, make("div", { dir: "auto" }, text));
    const timer = setTimeout(() => this.works.append(notice), 250);
    this.announce(text);
    return () => {
      clearTimeout(timer);
      notice.remove();
    };
  }

  /** Shows what went wrong, once for each message, or for each `key` that errors have; what was cancelled is no error. */
  report(error) {
    if (isAbort(error)) return;
    this.#show(error.key ?? `${error.message}\n${error.where ?? ""}`, make("div", { dir: "auto" }, make("strong", {}, error.message), error.help ? make("span", {}, ` ${error.help}`) : null));
  }

  /** One message about all files that could not be taken, [{name, error}, ...], each with its reason. */
  reportFiles(failures) {
    const failed = failures.filter(({ error }) => !isAbort(error));
    if (failed.length < 2) return failed.forEach(({ error }) => this.report(error));
    const lines = failed.map(({ name, error }) => make("li", {}, make("bdi", {}, name), `: ${reasonOf(name, error)}`));
    this.#show(failed.map(({ name }) => name).join("\n"), make("div", {}, make("strong", {}, `${failed.length} files could not be opened`), make("ul", {}, lines)));
  }

  /** Takes the errors away, since what they were about is looked at no more. */
  clear() {
    for (const notice of [...this.list.children]) notice.remove();
  }

  #show(key, content) {
    for (const other of [...this.list.children]) if (other.dataset.key === key) other.remove();
    const notice = make("div", { class: "notice", role: "alert", "data-key": key }, content,
      make("button", { type: "button", class: "quiet", "aria-label": "Close the message", onclick: () => notice.remove() }, icon("close")));
    this.list.append(notice);
    while (this.list.children.length > kMost) this.#putAside(this.list.firstChild);
    this.#leaveLater(notice);
  }

  /** The message leaves after a while in which nobody points at it or has the focus in it. */
  #leaveLater(notice) {
    let timer = 0;
    const isHeld = () => notice.matches(":hover") || notice.contains(document.activeElement);
    const wait = () => {
      clearTimeout(timer);
      if (!isHeld()) timer = setTimeout(() => this.#putAside(notice), kShown + kPerLetter * notice.textContent.length);
    };
    const hold = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) notice.addEventListener(name, hold);
    for (const name of ["pointerleave", "focusout"]) notice.addEventListener(name, () => setTimeout(wait));
    wait();
  }

  #putAside(notice) {
    if (!notice.isConnected) return;
    const lines = notice.firstChild.querySelector("li") ? [...notice.firstChild.querySelectorAll("strong, li")].map((part) => part.textContent).join("; ") : notice.firstChild.textContent;
    notice.remove();
    this.earlier.append(make("li", { dir: "auto" }, lines));
    while (this.earlier.children.length > kMostEarlier) this.earlier.firstChild.remove();
    this.earlierPart.hidden = false;
  }
}
