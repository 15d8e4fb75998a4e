/* The layers of a network in their order, as GET /api/models/{model} lists them. Nothing here touches the page. */

/** The sizes of one picture's values: without the batch, which is the first of four or of two. */
export function sizesOf(layer) {
  const shape = Array.isArray(layer.shape) ? layer.shape : String(layer.shape ?? "").match(/\d+/g)?.map(Number) ?? [];
  return shape.length > 1 ? shape.slice(1) : shape;
}

export const shapeText = (layer) => sizesOf(layer).join(" × ");

/**
 * What a layer is called by an exporter says much twice: "/features/features.3/features.3.1/relu/Relu_output_0" is
 * "features.3.1/relu".
 */
function shortName({ name, operator }) {
  let parts = name.replace(/_output_\d+$/, "").split("/").filter(Boolean);
  parts = parts.filter((part, i) => !parts[i + 1]?.startsWith(`${part}.`));
  const last = parts.at(-1)?.replace(/_\d+$/, "").toLowerCase();
  if (parts.length > 1 && last === operator.toLowerCase()) parts.pop();
  return parts.join("/") || name;
}

/** A short name for each layer, as a Map by the layer's own name; the own name where several would be called alike. */
export function shortNames(layers) {
  const counts = new Map();
  for (const layer of layers) counts.set(shortName(layer), (counts.get(shortName(layer)) ?? 0) + 1);
  return new Map(layers.map((layer) => [layer.name, counts.get(shortName(layer)) === 1 ? shortName(layer) : layer.name]));
}

export function fieldText(layer) {
  const field = layer.receptiveField;
  if (!field) return "no receptive field";
  const size = field.width === field.height ? `${field.width} × ${field.width}` : `${field.width} × ${field.height}`;
  return `sees ${size} pixels`;
}

export function strideText(layer) {
  const field = layer.receptiveField;
  if (!field) return "";
  return field.stride_x === field.stride_y ? `every ${field.stride_x} pixels` : `every ${field.stride_x} × ${field.stride_y} pixels`;
}

/** What kind of step a layer is, which gives its colour. */
export function familyOf({ operator }) {
  if (/conv|gemm|matmul|linear|einsum/i.test(operator)) return "weights";
  if (/relu|sigmoid|tanh|elu|gelu|swish|silu|clip|softmax|hard|erf|mish/i.test(operator)) return "activation";
  if (/pool|reduce|resize|upsample/i.test(operator)) return "pooling";
  if (/norm|lrn/i.test(operator)) return "norm";
  if (/add|concat|mul|sum|sub|div/i.test(operator)) return "joins";
  return "other";
}

export const kFamilies = {
  weights: "weights", activation: "nonlinearity", pooling: "pooling", norm: "normalisation", joins: "joins", other: "other",
};

/**
 * Layers of one grid that follow each other, as {title, layers}. What has no grid joins the layers before it if these have none
 * either.
 */
export function groupLayers(layers) {
  const groups = [];
  for (const layer of layers) {
    const title = layer.units && layer.units.height * layer.units.width > 1 ? `${layer.units.width} × ${layer.units.height} places` : "without places";
    if (groups.at(-1)?.title !== title) groups.push({ title, layers: [] });
    groups.at(-1).layers.push(layer);
  }
  return groups;
}

/** The layers whose name or operator holds `text`, of one operator ("" for all), and with units if `onlyUnits`. */
export function filterLayers(layers, { text = "", operator = "", onlyUnits = false }) {
  const wanted = text.trim().toLowerCase();
  return layers.filter((layer) =>
    (!wanted || layer.name.toLowerCase().includes(wanted) || layer.operator.toLowerCase().includes(wanted))
    && (!operator || layer.operator === operator) && (!onlyUnits || layer.units));
}

/** Operators with the number of their layers, the most frequent first. */
export function operatorsOf(layers) {
  const counts = new Map();
  for (const { operator } of layers) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/**
 * How a layer is drawn: its width as a share of the widest grid's side, its height as a share by the logarithm of its
 * channels, both 0..1.
 */
export function outlineShares(layers) {
  const side = (layer) => (layer.units ? Math.sqrt(layer.units.height * layer.units.width) : 1);
  const channels = (layer) => layer.units?.channels ?? sizesOf(layer).reduce((a, b) => a * b, 1);
  const widest = Math.max(1, ...layers.map(side)), most = Math.max(2, ...layers.map(channels));
  return new Map(layers.map((layer) => [layer.name, {
    width: Math.sqrt(side(layer) / widest), height: Math.log2(1 + channels(layer)) / Math.log2(1 + most),
  }]));
}
