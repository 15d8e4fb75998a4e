/**
 * What part of a photo its views show: `zoom` (1: all of it) around `x`, `y`, shares of its width and height. All views that are
 * linked to it move together. "change" is dispatched when it moves.
 */
const kLargest = 32;

export class Viewport extends EventTarget {
  zoom = 1;
  x = 0.5;
  y = 0.5;

  set(zoom, x, y) {
    this.zoom = Math.max(1, Math.min(kLargest, zoom));
    // Nothing outside the photo moves in.
    const reach = 0.5 / this.zoom, inside = (value) => Math.max(reach, Math.min(1 - reach, value));
    this.x = inside(x);
    this.y = inside(y);
    this.dispatchEvent(new Event("change"));
  }

  fit() { this.set(1, 0.5, 0.5); }

  /** Zooms such that the photo's place atX, atY, in shares, stays where it is. */
  zoomAt(factor, atX = this.x, atY = this.y) {
    const zoom = Math.max(1, Math.min(kLargest, this.zoom * factor)), kept = this.zoom / zoom;
    this.set(zoom, atX + (this.x - atX) * kept, atY + (this.y - atY) * kept);
  }

  move(dx, dy) { this.set(this.zoom, this.x + dx, this.y + dy); }

  /** Listens to wheel, drag, pinch and double click on an element; `worldOf()` is the rectangle of the whole photo on the screen. */
  listenTo(element, worldOf) {
    const pointers = new Map();
    const placeOf = ({ clientX, clientY }) => {
      const world = worldOf();
      return [(clientX - world.left) / world.width, (clientY - world.top) / world.height];
    };
    element.addEventListener("wheel", (event) => {
      // A page that scrolls keeps its wheel, unless a key says that the photo is meant.
      if (document.documentElement.scrollHeight > innerHeight + 1 && !event.ctrlKey) return;
      event.preventDefault();
      this.zoomAt(2 ** (-event.deltaY * (event.deltaMode ? 20 : 1) / 300), ...placeOf(event));
    }, { passive: false });
    element.addEventListener("dblclick", (event) => (this.zoom > 1 ? this.fit() : this.zoomAt(3, ...placeOf(event))));
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      pointers.set(event.pointerId, event);
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const world = worldOf(), others = [...pointers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
      pointers.set(event.pointerId, event);
      if (others.length === 1) {
        const distance = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
        const [a, b] = [placeOf(event), placeOf(others[0])];
        this.zoomAt(distance(event) / Math.max(distance(before), 1), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      } else if (others.length === 0) {
        this.move((before.clientX - event.clientX) / world.width, (before.clientY - event.clientY) / world.height);
      }
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }
}
