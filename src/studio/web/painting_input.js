/*
 * Painting on a PhotoView by mouse, pen, touch and keys. The first button of the mouse, a finger and a pen paint with the
 * chosen tool, the second button paints background, the pen's other end erases. A second finger ends the painting, so that the
 * page can be zoomed.
 */

export const kTools = ["object", "background", "eraser"];
export const kRadii = { least: 1, most: 200 };

/** The next smaller or larger radius: about an eighth, at least a pixel. */
export const nextRadius = (radius, direction) =>
  Math.min(kRadii.most, Math.max(kRadii.least, Math.round(radius + direction * Math.max(1, radius / 8))));

/**
 * `brush` is {tool, radius} and changes by keys, too; `on` has onbegin(stroke), onmove(stroke), onend(stroke), oncancel(),
 * onbrush(), onundo(), onredo(), onclear(). A stroke is {tool, radius, points}.
 */
export function addPaintingInput(view, brush, on) {
  const { surface } = view;
  const fingers = new Set();
  let stroke = null, isByKeys = false;

  const begin = (tool, place) => {
    stroke = { tool, radius: brush.radius, points: [place] };
    on.onbegin(stroke);
  };
  const extend = (place) => {
    const [x, y] = stroke.points.at(-1);
    if (x === place[0] && y === place[1]) return;
    stroke.points.push(place);
    on.onmove(stroke);
  };
  const end = () => {
    const ended = stroke;
    stroke = null;
    isByKeys = false;
    if (ended) on.onend(ended);
  };
  const cancel = () => {
    const hadStroke = stroke !== null;
    stroke = null;
    isByKeys = false;
    if (hadStroke) on.oncancel();
  };

  const toolOf = (event) => (event.buttons & 32 ? "eraser" : event.buttons & 2 ? "background" : brush.tool);
  const follow = (event) => {
    view.cursor = view.placeOf(event);
    view.moveRing(brush.radius);
  };
  surface.addEventListener("pointerdown", (event) => {
    if (!view.size || event.button === 1) return;
    if (event.pointerType === "touch") fingers.add(event.pointerId);
    if (fingers.size > 1) return cancel();
    end();
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    follow(event);
    begin(toolOf(event), view.placeOf(event));
    event.preventDefault();
  });
  surface.addEventListener("pointermove", (event) => {
    if (!view.size) return;
    follow(event);
    if (!stroke || isByKeys || !surface.hasPointerCapture(event.pointerId)) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) extend(view.placeOf(move));
  });
  surface.addEventListener("pointerup", (event) => {
    fingers.delete(event.pointerId);
    if (stroke && !isByKeys) end();
  });
  surface.addEventListener("pointercancel", (event) => {
    fingers.delete(event.pointerId);
    if (!isByKeys) cancel();
  });
  surface.addEventListener("pointerleave", () => {
    if (stroke || document.activeElement === surface) return;
    view.cursor = null;
    view.moveRing();
  });
  surface.addEventListener("focus", () => {
    if (!view.size) return;
    view.cursor ??= [view.size.width / 2, view.size.height / 2].map(Math.round);
    view.moveRing(brush.radius);
  });
  surface.addEventListener("blur", () => {
    if (isByKeys) end();
    view.cursor = null;
    view.moveRing();
  });

  const choose = (tool) => {
    brush.tool = tool;
    on.onbrush();
  };
  const resize = (direction) => {
    brush.radius = nextRadius(brush.radius, direction);
    view.moveRing(brush.radius);
    on.onbrush();
  };
  const paint = () => {
    if (stroke) return end();
    begin(brush.tool, view.cursor);
    isByKeys = true;
  };
  const keys = {
    " ": paint, Enter: paint, Escape: cancel, o: () => choose("object"), b: () => choose("background"), e: () => choose("eraser"),
    "[": () => resize(-1), "]": () => resize(1), "-": () => view.zoomBy(1 / 1.5), "+": () => view.zoomBy(1.5), 0: () => view.fit(), u: on.onundo, r: on.onredo,
    Delete: on.onclear,
  };
  surface.addEventListener("keydown", (event) => {
    if (!view.size) return;
    if (event.ctrlKey || event.metaKey) {
      const wanted = { z: event.shiftKey ? on.onredo : on.onundo, y: on.onredo }[event.key.toLowerCase()];
      if (!wanted) return;
      event.preventDefault();
      return wanted();
    }
    if (event.altKey) return;
    if (view.step(event.key, event.shiftKey)) {
      event.preventDefault();
      view.moveRing(brush.radius);
      if (stroke && isByKeys) extend(view.cursor);
      return;
    }
    const does = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!does) return;
    event.preventDefault();
    does();
  });
}
