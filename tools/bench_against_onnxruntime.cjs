#!/usr/bin/env node
// Scores and gradient of one picture by fovea and by ONNX Runtime, in alternating rounds.
//
//     npm ci --prefix tests/onnxruntime --ignore-scripts
//     node tools/bench_against_onnxruntime.cjs build/release/fovea THREADS MODEL.onnx...
//
// ONNX Runtime runs the graph that `fovea export explanation --output gradient --class input` writes for the network. Prints
// for each network the median over the rounds of the fastest times and of their ratio (below 1: fovea takes less time).
'use strict';
const {execFileSync} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const ort = require(path.join(__dirname, '../tests/onnxruntime/node_modules/onnxruntime-node'));

const ROUNDS = 5, RUNS = 8;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function foveaRun(fovea, model, threads) {
  const json = execFileSync(fovea, ['bench', model, '--threads', String(threads), '--iterations', String(RUNS), '--json'],
                            {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
  const {input, milliseconds} = JSON.parse(json);
  return {shape: input, fastest: milliseconds.min};
}

async function runtimeTime(session, shape) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const picture = new ort.Tensor('float32', Float32Array.from({length: size}, (_, i) => Math.sin(i)), shape);
  const target = new ort.Tensor('int64', new BigInt64Array(shape[0]), [shape[0]]);
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, name === 'class' ? target : picture]));
  let fastest = Infinity;
  for (let i = 0; i <= RUNS; ++i) {
    const begin = performance.now();
    await session.run(feeds);
    if (i > 0) fastest = Math.min(fastest, performance.now() - begin);
  }
  return fastest;
}

async function main() {
  const [fovea, threads, ...models] = process.argv.slice(2);
  if (models.length === 0) {
    console.error('usage: bench_against_onnxruntime.cjs FOVEA THREADS MODEL.onnx...');
    process.exit(2);
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fovea-bench-'));
  try {
    for (const model of models) {
      const graph = path.join(folder, 'gradient.onnx');
      execFileSync(fovea, ['export', 'explanation', model, '--output', 'gradient', '--class', 'input', '-o', graph],
                   {stdio: ['ignore', 'ignore', 'inherit']});
      const session = await ort.InferenceSession.create(graph, {intraOpNumThreads: Number(threads), interOpNumThreads: 1});
      const ours = [], theirs = [];
      for (let round = 0; round < ROUNDS; ++round) {
        const run = foveaRun(fovea, model, threads);
        ours.push(run.fastest);
        theirs.push(await runtimeTime(session, run.shape));
      }
      console.log('%s: fovea %s ms, ONNX Runtime %s ms, ratio %s', path.basename(model), median(ours).toFixed(1),
                  median(theirs).toFixed(1), median(ours.map((time, i) => time / theirs[i])).toFixed(2));
      await session.release();
    }
  } finally {
    fs.rmSync(folder, {recursive: true});
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
