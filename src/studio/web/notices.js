import { make } from "./elements.js";
import { icon } from "./icons.js";
import { isAbort } from "./api.js";

/** Messages at the foot of the page, and the words that only screen readers say. */
export class Notices {
  constructor() {
    this.list = make("div", { class: "notices", role: "region", "aria-label": "Messages" });
    this.spoken = make("p", { class: "unseen", role: "status" });
    document.body.append(this.list, this.spoken);
  }

  /** Says a sentence to screen readers. */
  announce(text) {
    this.spoken.textContent = this.spoken.textContent === text ? `${text}\u00a0` : text;
  }

  /** Shows that something takes its time; returns a function that ends it. What is done at once is not shown. */
  working(text) {
    const notice = make("div", { class: "notice working" }, make("div", { dir: "auto" }, text));
    const timer = setTimeout(() => this.list.append(notice), 250);
    this.announce(text);
    return () => {
      clearTimeout(timer);
      notice.remove();
    };
  }

  /** Shows what went wrong until it is closed or the same happens again; what was cancelled is no error. */
  report(error) {
    if (isAbort(error)) return;
    const key = `${error.message}\n${error.where ?? ""}`;
    for (const other of this.list.children) if (other.dataset.key === key) other.remove();
    const notice = make("div", { class: "notice", role: "alert", "data-key": key },
      make("div", { dir: "auto" }, make("strong", {}, error.message), error.help ? make("span", {}, ` ${error.help}`) : null),
      make("button", { type: "button", class: "quiet", "aria-label": "Close the message", onclick: () => notice.remove() }, icon("close")));
    this.list.append(notice);
    while (this.list.children.length > 3) this.list.firstChild.remove();
  }
}
