// Arrays of NumPy's .npy format: float32, float64 and int64, little-endian, row-major.
import { readFileSync, writeFileSync } from 'node:fs';

const kinds = { '<f4': Float32Array, '<f8': Float64Array, '<i8': BigInt64Array };

export function readNpy(path) {
  const file = readFileSync(path);
  const version = file[6];
  const length = version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const begin = version === 1 ? 10 : 12;
  const header = file.toString('latin1', begin, begin + length);
  const kind = kinds[/'descr': *'([^']+)'/.exec(header)[1]];
  if (!kind || /'fortran_order': *True/.test(header)) throw new Error(`${path}: ${header} is not read here`);
  const shape = /'shape': *\(([^)]*)\)/.exec(header)[1].split(',').filter((n) => n.trim()).map(Number);
  const bytes = file.subarray(begin + length);
  return { shape, data: new kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) };
}

// Of float32.
export function writeNpy(path, { shape, data }) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = text + ' '.repeat(63 - ((10 + text.length) % 64)) + '\n';
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.alloc(2), Buffer.from(padded)]);
  head.writeUInt16LE(padded.length, 8);
  writeFileSync(path, Buffer.concat([head, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}
