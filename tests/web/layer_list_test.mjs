import assert from "node:assert/strict";
import { test } from "node:test";

import { familyOf, fieldText, filterLayers, groupLayers, operatorsOf, outlineShares, shapeText, shortNames, sizesOf, strideText } from "../../src/studio/web/layer_list.js";

const layer = (name, operator, shape, units = null, field = null) => ({
  name, operator, shape, isDefault: false, units: units && { channels: units[0], height: units[1], width: units[2] },
  receptiveField: field && { width: field[0], height: field[1], stride_x: field[2], stride_y: field[3] },
});
const layers = [
  layer("conv1", "Conv", [1, 16, 56, 56], [16, 56, 56], [7, 7, 2, 2]), layer("relu1", "Relu", [1, 16, 56, 56], [16, 56, 56], [7, 7, 2, 2]),
  layer("conv2", "Conv", [1, 32, 28, 28], [32, 28, 28], [15, 11, 4, 2]), layer("pool", "GlobalAveragePool", [1, 32, 1, 1], [32, 1, 1]),
  layer("fc", "Gemm", [1, 10]),
];

test("layers of one grid are one group, in the network's order", () => {
  assert.deepEqual(groupLayers(layers).map(({ title, layers: list }) => [title, list.map(({ name }) => name).join()]),
    [["56 × 56 places", "conv1,relu1"], ["28 × 28 places", "conv2"], ["without places", "pool,fc"]]);
  assert.deepEqual(groupLayers([]), []);
});

test("layers are found by name, operator and units", () => {
  const names = (filter) => filterLayers(layers, filter).map(({ name }) => name).join();
  assert.equal(names({}), "conv1,relu1,conv2,pool,fc");
  assert.equal(names({ text: " CONV " }), "conv1,conv2");
  assert.equal(names({ text: "gemm" }), "fc");
  assert.equal(names({ operator: "Relu" }), "relu1");
  assert.equal(names({ onlyUnits: true, text: "o" }), "conv1,conv2,pool");
});

test("operators are counted, the most frequent first", () => {
  assert.deepEqual(operatorsOf(layers), [["Conv", 2], ["Gemm", 1], ["GlobalAveragePool", 1], ["Relu", 1]]);
});

test("shapes are those of one picture, given as a list or as a text", () => {
  assert.equal(shapeText(layers[0]), "16 × 56 × 56");
  assert.deepEqual(sizesOf({ shape: "1x16x56x56" }), [16, 56, 56]);
  assert.equal(shapeText(layers[4]), "10");
  assert.equal(shapeText({ shape: null }), "");
});

test("receptive fields and strides are told apart by direction", () => {
  assert.equal(fieldText(layers[0]), "sees 7 × 7 pixels");
  assert.equal(fieldText(layers[2]), "sees 15 × 11 pixels");
  assert.equal(strideText(layers[2]), "every 4 × 2 pixels");
  assert.equal(fieldText(layers[4]), "no receptive field");
});

test("a layer is drawn as wide as its grid and as high as its channels, compared with the others", () => {
  const shares = outlineShares(layers);
  assert.equal(shares.get("conv1").width, 1);
  assert.equal(shares.get("conv2").height, 1);
  assert.ok(shares.get("conv1").height < 1 && shares.get("conv2").width < 1 && shares.get("fc").width > 0);
});

test("operators have families", () => {
  assert.deepEqual(["Conv", "MaxPool", "Relu", "BatchNormalization", "Add", "Gather"].map((operator) => familyOf({ operator })),
    ["weights", "pooling", "activation", "norm", "joins", "other"]);
});

test("names of exporters are shortened where they stay apart", () => {
  const names = ["/features/features.3/features.3.1/relu/Relu_output_0", "/features/features.3/features.3.1/conv/Conv_output_0", "/block/Add_output_0", "/block/Add_1_output_0",
    "conv1", "/Flatten_output_0", "logits"];
  const operators = ["Relu", "Conv", "Add", "Add", "Conv", "Flatten", "Gemm"];
  const short = shortNames(names.map((name, i) => ({ name, operator: operators[i] })));
  assert.deepEqual(names.map((name) => short.get(name)),
    ["features.3.1/relu", "features.3.1/conv", "/block/Add_output_0", "/block/Add_1_output_0", "conv1", "Flatten", "logits"]);
});
