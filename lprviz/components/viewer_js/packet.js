// Reads what lprviz/components/packet.py writes. The arrays are views on the message, not copies.
const ARRAY_TYPES = {uint8: Uint8Array, int32: Int32Array, uint32: Uint32Array, float32: Float32Array}

function unpackPacket(buffer) {
  const headLength = new DataView(buffer).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength)))
  const arrays = {}
  for (const [name, [type, offset, length]] of Object.entries(head.arrays)) {
    arrays[name] = new ARRAY_TYPES[type](buffer, 4 + headLength + offset, length)
  }
  return {...head.fields, ...arrays}
}
