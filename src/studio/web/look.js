import { make } from "./elements.js";

/** The tab Look: the photo, what the network says of it, and where that is to be seen. */
function create(context) {
  const { state } = context;
  const image = make("img", { class: "look-photo", alt: "" });
  const show = () => {
    image.hidden = !state.photo;
    if (state.photo) Object.assign(image, { src: context.api.url(`/api/photos/${state.photo.id}/picture`, { side: 1024 }), alt: state.photo.name });
  };
  state.watch(["photo"], show);
  show();
  return { element: make("div", { class: "look" }, image), show() {}, hide() {}, view: () => ({}), restore() {} };
}

export default { id: "look", title: "Look", create };
