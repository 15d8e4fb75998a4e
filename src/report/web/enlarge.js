/**
 * What can be enlarged: layers, pictures one above the other, of which the last may be a map that fades, and a caption.
 * A layer is {src, role: "picture" | "plain" | "signed"}.
 */
function stackOf(view) {
  return make("span", { class: "stack" },
    view.layers.map((layer, i) =>
      make("img", {
        src: layer.src,
        class: layer.role === "picture" ? "picture" : `map ${layer.role}`,
        alt: i === view.layers.length - 1 ? view.text : "",
        width: layer.width, height: layer.height,
        loading: "lazy", decoding: "async", draggable: "false",
      })));
}

/** A figure that opens its place in `views` when it is pressed. */
function figureOf(view, views) {
  return make("figure", { class: view.onlyOnScreen ? "only-on-screen" : null },
    make("button", { type: "button", class: "enlarge", "aria-label": `Enlarge: ${view.text}`, onclick: () => enlarger().open(views, view) },
      stackOf(view)),
    make("figcaption", {}, make("strong", {}, view.title), view.caption ? make("span", {}, view.caption) : null));
}

/** The slider that fades maps over photos; all of them show the same. */
function fadeSlider() {
  const slider = make("input", {
    type: "range", min: 0, max: 100, step: 1, value: fadeSlider.value, class: "fade", "aria-valuetext": `${fadeSlider.value} %`,
    oninput: (event) => {
      fadeSlider.value = Number(event.target.value);
      document.documentElement.style.setProperty("--fade", fadeSlider.value / 100);
      for (const other of document.querySelectorAll("input.fade")) {
        other.value = fadeSlider.value;
        other.setAttribute("aria-valuetext", `${fadeSlider.value} %`);
      }
    },
  });
  return labelled("Map over photo", slider);
}
fadeSlider.value = 100;

/** The dialog of enlarged pictures; there is one. */
function enlarger() {
  return (enlarger.only ??= makeEnlarger());
}

function makeEnlarger() {
  let views = [], at = 0;
  const place = make("div", { class: "place" });
  const caption = make("p", { "aria-live": "polite" });
  const fade = fadeSlider();
  const show = () => {
    const view = views[at];
    place.replaceChildren(stackOf(view));
    caption.replaceChildren(make("strong", {}, view.title), view.caption ? ` ${view.caption}` : "", ` (${at + 1} of ${views.length})`);
    fade.hidden = !view.layers.some((layer) => layer.role !== "picture") || view.layers.length < 2;
  };
  const go = (step) => {
    at = (at + step + views.length) % views.length;
    show();
  };
  const button = (text, label, onclick) => make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  const dialog = make("dialog", {
    class: "enlarged", "aria-label": "Enlarged picture",
    onclick: (event) => event.target === dialog && dialog.close(),
    onkeydown: (event) => {
      if (event.target.tagName === "INPUT") return;
      if (event.key === "ArrowLeft") go(-1);
      if (event.key === "ArrowRight") go(1);
    },
  },
    place, caption,
    make("div", { class: "buttons" }, button("‹", "Previous picture", () => go(-1)), button("›", "Next picture", () => go(1)), fade,
      button("Close", "Close", () => dialog.close())));
  document.body.append(dialog);
  return {
    open(list, view) {
      views = list;
      at = list.indexOf(view);
      show();
      dialog.showModal();
    },
  };
}
