// Spheres, half-bonds and cell as NGL buffers. Recolouring writes into the buffers in place.
const NEUTRAL = [0.62, 0.64, 0.68]
const STYLES = {
  "ball-and-stick": {radius: (covalent) => Math.max(0.45 * covalent, 0.2), bond: 0.11},
  spheres: {radius: (covalent) => 1.05 * covalent, bond: 0},
}
const BUFFER_PARAMETERS = {disablePicking: true, roughness: 0.55, metalness: 0}

class SceneLayers {
  constructor(NGL, viewer) {
    Object.assign(this, {NGL, viewer, scene: null, spheres: null, bonds: null, cell: null, radii: null})
  }

  // Positions arrive absolute and are drawn about the centre, so that one camera fits every structure of a size.
  show(scene, {style, showBonds, showCell, cellColour}) {
    this.clear()
    this.scene = scene
    const chosen = STYLES[style] ?? STYLES["ball-and-stick"]
    this.radii = Float32Array.from(scene.radii, chosen.radius)
    this.positions = centred(scene.positions, scene.centre)
    this.sphereColours = new Float32Array(scene.positions.length)
    this.bondColours = new Float32Array(scene.bond_starts.length)
    this.spheres = this.add(
      new this.NGL.SphereBuffer(
        {position: this.positions, color: this.sphereColours, radius: this.radii}, BUFFER_PARAMETERS))
    if (showBonds && chosen.bond && scene.bond_parent.length) this.bonds = this.add(this.makeBonds(chosen.bond))
    if (showCell && scene.cell_lines.length) this.cell = this.add(this.makeCell(cellColour))
    this.recolour(null)
  }

  makeBonds(radius) {
    const {bond_starts: starts, bond_ends: ends, bond_parent: parent, centre} = this.scene
    return new this.NGL.CylinderBuffer(
      {
        position1: centred(starts, centre),
        position2: centred(ends, centre),
        color: this.bondColours,
        color2: this.bondColours,
        radius: new Float32Array(parent.length).fill(radius),
      },
      {...BUFFER_PARAMETERS, openEnded: false},
    )
  }

  makeCell(colour) {
    const {cell_lines: lines, centre} = this.scene
    const count = lines.length / 6
    const starts = new Float32Array(3 * count)
    const ends = new Float32Array(3 * count)
    for (let i = 0; i < count; i++) {
      starts.set(lines.subarray(6 * i, 6 * i + 3), 3 * i)
      ends.set(lines.subarray(6 * i + 3, 6 * i + 6), 3 * i)
    }
    const colours = repeated(colour, count)
    return new this.NGL.WidelineBuffer(
      {position1: centred(starts, centre), position2: centred(ends, centre), color: colours, color2: colours},
      {...BUFFER_PARAMETERS, linewidth: 1.4},
    )
  }

  // Every point that has to be in view: spheres and corners of cells.
  extent() {
    const corners = centred(this.scene.cell_lines, this.scene.centre)
    const points = new Float32Array(this.positions.length + corners.length)
    points.set(this.positions)
    points.set(corners, this.positions.length)
    return points
  }

  // `rgb` holds three bytes for each atom of the structure; null paints everything in a neutral grey.
  recolour(rgb) {
    paint(this.sphereColours, this.scene.parent, rgb)
    this.spheres.setAttributes({color: this.sphereColours})
    if (!this.bonds) return
    paint(this.bondColours, this.scene.bond_parent, rgb)
    this.bonds.setAttributes({color: this.bondColours, color2: this.bondColours})
  }

  // What the drawn buffer holds now, as bytes for each atom of the structure.
  drawnColours() {
    const buffer = this.spheres.geometry.attributes.color.array
    const stride = buffer.length / this.scene.parent.length
    const rgb = new Uint8Array(3 * this.scene.n_atoms)
    for (let atom = 0; atom < this.scene.n_atoms; atom++) {
      for (let k = 0; k < 3; k++) rgb[3 * atom + k] = Math.round(255 * buffer[stride * atom + k])
    }
    return rgb
  }

  add(buffer) {
    this.viewer.add(buffer)
    return buffer
  }

  remove(buffer) {
    this.viewer.remove(buffer)
    buffer.dispose()
  }

  clear() {
    for (const layer of ["spheres", "bonds", "cell"]) {
      if (this[layer]) this.remove(this[layer])
      this[layer] = null
    }
    this.scene = null
  }
}

function centred(points, centre) {
  const moved = new Float32Array(points.length)
  for (let i = 0; i < points.length; i += 3) {
    for (let k = 0; k < 3; k++) moved[i + k] = points[i + k] - centre[k]
  }
  return moved
}

function repeated(colour, count) {
  const colours = new Float32Array(3 * count)
  for (let i = 0; i < count; i++) colours.set(colour, 3 * i)
  return colours
}

function paint(target, parent, rgb) {
  for (let i = 0; i < parent.length; i++) {
    const atom = 3 * parent[i]
    for (let k = 0; k < 3; k++) target[3 * i + k] = rgb ? rgb[atom + k] / 255 : NEUTRAL[k]
  }
}
