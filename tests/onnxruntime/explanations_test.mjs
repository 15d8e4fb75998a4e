// node explanations_test.mjs FOVEA SOURCE: exports the small reference networks and the bundled one with their backward pass,
// runs the files on ONNX Runtime, and compares: with PyTorch's gradients in float64 where there are any
// (tests/data/networks and tests/data/exports), with fovea's own for the bundled network. Exit code 77, which CTest takes for skipped, where
// onnxruntime-node is not installed (npm ci in this folder).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy, writeNpy } from './npy.mjs';

const kTolerance = 1e-4;
const [fovea, source] = process.argv.slice(2);
const networks = join(source, 'tests/data/networks');
const work = mkdtempSync(join(tmpdir(), 'fovea-onnxruntime-'));
let failed = 0;

let ort;
try {
  ort = (await import('onnxruntime-node')).default;
} catch (error) {
  console.log(`skipped: ${error.message}`);
  process.exit(77);
}

function difference(found, expected) {
  let off = 0, size = 1e-30;
  for (let i = 0; i < expected.length; ++i) {
    // Not a maximum, which would pass over NaN.
    const here = Math.abs(found[i] - expected[i]);
    if (!(here <= off)) off = here;
    size = Math.max(size, Math.abs(expected[i]));
  }
  return found.length === expected.length ? off / size : NaN;
}

function check(what, found, expected) {
  const off = difference(found, expected);
  const fine = off <= kTolerance;
  if (!fine) ++failed;
  console.log(`${fine ? 'ok    ' : 'FAILED'} ${what}: relative difference ${off.toExponential(1)}`);
}

// The class that is explained is the highest where `label` is undefined. --check fails where a GPU would not run all nodes.
async function explain(model, picture, label, { rule, opset, map }) {
  const file = join(work, 'explained.onnx');
  execFileSync(fovea, ['export', 'explanation', model, '--method', rule, '--map', map, '--class',
    label === undefined ? 'top' : 'input', '--opset', String(opset), '--batch', String(picture.shape[0]), '--check', '-o', file],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  const session = await ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  if (label === undefined) return session.run({ [session.inputNames[0]]: new ort.Tensor('float32', picture.data, picture.shape) });
  const feeds = { class: new ort.Tensor('int64', new BigInt64Array(picture.shape[0]).fill(BigInt(label))) };
  for (const name of session.inputNames)
    if (name !== 'class') feeds[name] = new ort.Tensor('float32', Float32Array.from(picture.data), picture.shape);
  return session.run(feeds);
}

try {
  for (const network of JSON.parse(readFileSync(join(networks, 'index.json')))) {
    const stem = join(networks, network.name);
    const picture = readNpy(`${stem}.input.npy`);
    for (const rule of ['gradient', 'deconvnet', 'guided'])
      for (const opset of [13, 17]) {
        const { scores, gradient } = await explain(`${stem}.onnx`, picture, network.target, { rule, opset, map: 'gradient' });
        if (rule === 'gradient') check(`${network.name} scores, opset ${opset}`, scores.data, readNpy(`${stem}.scores.npy`).data);
        check(`${network.name} ${rule}, opset ${opset}`, gradient.data, readNpy(`${stem}.${rule}.npy`).data);
      }
  }
  for (const name of ['plain', 'residual', 'inception'])
    for (const rule of ['lrp', 'lrp-epsilon', 'lrp-alpha-beta', 'lrp-gamma', 'lrp-epsilon-plus-flat', 'lrp-epsilon-plus-w-square',
      'lrp-epsilon-alpha2-beta1', 'lrp-epsilon-alpha2-beta1-flat', 'excitation']) {
      const stem = join(networks, name);
      const { gradient } = await explain(`${stem}.onnx`, readNpy(`${stem}.input.npy`), 0, { rule, opset: 13, map: 'gradient' });
      check(`${name} ${rule}`, gradient.data, readNpy(`${stem}.${rule}.npy`).data);
    }

  // Odd strides, pads and ties; and every opset.
  const exports = join(source, 'tests/data/exports');
  for (const { name } of JSON.parse(readFileSync(join(exports, 'index.json')))) {
    const picture = readNpy(join(exports, `${name}.input.npy`));
    for (const opset of [13, 14, 15, 16, 17]) {
      const { gradient } = await explain(join(exports, `${name}.onnx`), picture, undefined, { rule: 'gradient', opset, map: 'gradient' });
      check(`${name} gradient of the highest class, opset ${opset}`, gradient.data, readNpy(join(exports, `${name}.gradient.npy`)).data);
    }
  }

  const bundled = join(source, 'models/imagenette-resnet.onnx');
  const side = 128, picture = { shape: [1, 3, side, side], data: new Float32Array(3 * side * side) };
  for (let i = 0; i < picture.data.length; ++i) picture.data[i] = Math.sin(i * 0.37) + Math.cos(i * 0.011);
  const { gradient } = await explain(bundled, picture, 8, { rule: 'gradient', opset: 17, map: 'gradient' });
  const [input, output] = [join(work, 'x.npy'), join(work, 'g.npy')];
  writeNpy(input, picture);
  execFileSync(fovea, ['gradient', bundled, '--input', input, '--class', '8', '-o', output]);
  check('bundled network, gradient', gradient.data, readNpy(output).data);
  const { saliency } = await explain(bundled, picture, 8, { rule: 'gradient', opset: 17, map: 'saliency' });
  const largest = new Float32Array(side * side);
  for (let i = 0; i < gradient.data.length; ++i)
    largest[i % largest.length] = Math.max(largest[i % largest.length], Math.abs(gradient.data[i]));
  check('bundled network, saliency', saliency.data, largest);
} finally {
  rmSync(work, { recursive: true });
}
console.log(failed ? `${failed} differ` : 'all agree');
process.exit(failed ? 1 : 0);
