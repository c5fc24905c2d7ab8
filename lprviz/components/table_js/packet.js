// Reads what lprviz.components.packet writes: uint32 head length | JSON head | arrays, each padded to four bytes.

const ARRAY_TYPES = {uint8: Uint8Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array};

function unpackTable(buffer) {
  const bytes = asBytes(buffer);
  if (bytes.byteLength < 4) return {fields: {}, arrays: {}};
  const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const arrays = {};
  for (const [name, [type, offset, length]] of Object.entries(head.arrays)) {
    arrays[name] = new ARRAY_TYPES[type](bytes.buffer, bytes.byteOffset + 4 + size + offset, length);
  }
  return {fields: head.fields, arrays};
}

function asBytes(buffer) {
  if (buffer == null) return new Uint8Array(0);
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  // Typed arrays need an aligned start, which a view into a larger message cannot promise.
  return buffer.byteOffset % 4 ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
