import * as ort from './node_modules/onnxruntime-web/dist/ort.wasm.min.mjs';

ort.env.wasm.wasmPaths = new URL('./node_modules/onnxruntime-web/dist/', import.meta.url).href;

// The input of the bundled network; 'fovea info' prints these numbers for any other.
const kResize = 144, kSide = 128;
const kMean = [0.485, 0.456, 0.406], kDeviation = [0.229, 0.224, 0.225];
const kLabels = ['tench', 'English springer', 'cassette player', 'chain saw', 'church', 'French horn', 'garbage truck',
  'gas pump', 'golf ball', 'parachute'];

const byId = (id) => document.getElementById(id);
let network, shown;

/** The picture's centre square at the network's size, as RGBA. */
function centre(picture) {
  const canvas = byId('photo'), context = canvas.getContext('2d', { willReadFrequently: true });
  canvas.width = canvas.height = kSide;
  const side = Math.min(picture.width, picture.height) * kSide / kResize;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, kSide, kSide);
  return context.getImageData(0, 0, kSide, kSide).data;
}

/** [1,3,side,side] as the network expects it. */
function normalised(rgba) {
  const plane = kSide * kSide, data = new Float32Array(3 * plane);
  for (let i = 0; i < plane; ++i)
    for (let c = 0; c < 3; ++c) data[c * plane + i] = (rgba[4 * i + c] / 255 - kMean[c]) / kDeviation[c];
  return new ort.Tensor('float32', data, [1, 3, kSide, kSide]);
}

function softmax(scores) {
  const largest = Math.max(...scores), powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The map in grey, its brightest hundredth white, mixed with the photo. */
function draw() {
  if (!shown) return;
  const canvas = byId('map'), context = canvas.getContext('2d'), mix = byId('mix').value / 100;
  canvas.width = canvas.height = kSide;
  const sorted = Float32Array.from(shown.map).sort(), white = sorted[Math.floor(sorted.length * 0.99)] || 1;
  const picture = context.createImageData(kSide, kSide);
  for (let i = 0; i < shown.map.length; ++i) {
    const grey = 255 * Math.min(shown.map[i] / white, 1);
    for (let c = 0; c < 3; ++c) picture.data[4 * i + c] = (1 - mix) * grey + mix * shown.rgba[4 * i + c];
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}

async function explain(blob) {
  const rgba = centre(await createImageBitmap(blob));
  const begin = performance.now();
  const { scores, saliency } = await network.run({ [network.inputNames[0]]: normalised(rgba) });
  const time = performance.now() - begin;
  const probabilities = softmax(Array.from(scores.data));
  const best = probabilities.indexOf(Math.max(...probabilities));
  byId('answer').textContent = `${kLabels[best]}, ${(100 * probabilities[best]).toFixed(1)} %, in ${time.toFixed(0)} ms`;
  shown = { map: saliency.data, rgba };
  draw();
}

try {
  network = await ort.InferenceSession.create('explained.onnx', { executionProviders: ['wasm'] });
  await explain(await (await fetch('photo.jpg')).blob());
} catch (error) {
  byId('answer').textContent = `This does not work here: ${error.message}`;
}
byId('file').addEventListener('change', ({ target }) => target.files[0] && explain(target.files[0]));
byId('mix').addEventListener('input', draw);
