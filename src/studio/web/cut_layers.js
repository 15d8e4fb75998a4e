/* What is drawn above the photo of a cut: the dimmed background with the outline, strokes, and the box. */
import { decodeMask, outlineOf, shrinkMask } from "./masks.js";
import { drawFrame } from "./photo_view.js";

/** Masks are drawn at most this large: finer than screens show, and quick enough to follow strokes. */
const kLargestMask = 1200;
export const kColours = { object: "#ff9d1c", background: "#2f8cff", eraser: "#ffffff", outline: "#ffe45c", box: "#7dffb0" };

/** A mask as a picture of darkness outside it, and as lines. */
export function prepareMask(encoded) {
  const mask = shrinkMask(decodeMask(encoded), kLargestMask);
  const shade = new OffscreenCanvas(mask.width, mask.height);
  const context = shade.getContext("2d");
  const picture = context.createImageData(mask.width, mask.height);
  const alpha = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < alpha.length; ++i) alpha[i] = mask.pixels[i] ? 0 : 0xff0c0a08;
  context.putImageData(picture, 0, 0);
  const outline = new Path2D();
  for (const [x0, y0, x1, y1] of outlineOf(mask)) {
    outline.moveTo(x0, y0);
    outline.lineTo(x1, y1);
  }
  return { shade, outline, width: mask.width, height: mask.height, isEmpty: !mask.pixels.includes(1) };
}

/** Draws a prepared mask over a photo of `size`. */
export function drawMask(context, scale, mask, size, { isDimmed, isOutlined }) {
  const width = size.width * scale, height = size.height * scale;
  if (isDimmed) {
    context.globalAlpha = 0.62;
    context.drawImage(mask.shade, 0, 0, width, height);
    context.globalAlpha = 1;
  }
  if (!isOutlined) return;
  const [sx, sy] = [width / mask.width, height / mask.height];
  const outline = new Path2D();
  outline.addPath(mask.outline, new DOMMatrix([sx, 0, 0, sy, 0, 0]));
  context.lineCap = "round";
  for (const [lineWidth, colour] of [[4, "rgb(0 0 0 / 0.7)"], [2, kColours.outline]]) {
    context.lineWidth = lineWidth;
    context.strokeStyle = colour;
    context.stroke(outline);
  }
}

function drawPath(context, scale, points, radius) {
  context.lineWidth = 2 * radius * scale;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(points[0][0] * scale, points[0][1] * scale);
  if (points.length === 1) context.lineTo(points[0][0] * scale + 0.01, points[0][1] * scale);
  for (const [x, y] of points.slice(1)) context.lineTo(x * scale, y * scale);
  context.stroke();
}

/** Draws strokes in their order; the last may be one of the eraser that is still under way. */
export function drawStrokes(context, scale, strokes, current) {
  for (const { label, radius, points } of strokes) {
    context.strokeStyle = kColours[label];
    drawPath(context, scale, points, radius);
  }
  if (!current) return;
  context.strokeStyle = kColours[current.tool];
  context.globalAlpha = current.tool === "eraser" ? 0.6 : 1;
  drawPath(context, scale, current.points, current.radius);
  context.globalAlpha = 1;
}

export function drawBox(context, scale, box) {
  if (box) drawFrame(context, scale, box, kColours.box, true);
}
