// Rings about marked atoms. A ring is a flat disc behind its sphere, so nearer atoms hide it as they hide the sphere.
let discClass = null

// NGL's points with one texture for all: making it takes longer than everything else about a ring.
function discBuffer(NGL) {
  discClass ??= class extends NGL.PointBuffer {
    makeTexture() {
      const shared = discClass.texture
      if (shared) this.tex = shared
      else super.makeTexture()
      discClass.texture = this.tex
    }

    dispose() {
      this.tex = null
      super.dispose()
    }
  }
  return discClass
}

class Rings {
  constructor(NGL, viewer, layers) {
    Object.assign(this, {NGL, viewer, layers, buffers: [], shown: ""})
  }

  // `marks` lie one on the other, the largest first: {atoms, colour, scale} with scale in units of the sphere's radius.
  show(marks) {
    const wanted = JSON.stringify(marks)
    if (wanted === this.shown) return
    this.clear()
    this.shown = wanted
    marks.forEach(({atoms, colour, scale}, order) => {
      for (const [radius, spheres] of this.spheresByRadius(atoms)) {
        this.add(spheres, radius * scale + 0.02, colour, order + 1)
      }
    })
  }

  // One buffer for each radius, as points share one size.
  spheresByRadius(atoms) {
    const {scene, radii} = this.layers
    const groups = new Map()
    if (!atoms.length) return groups
    const marked = new Uint8Array(scene.n_atoms)
    for (const atom of atoms) if (atom >= 0 && atom < marked.length) marked[atom] = 1
    scene.parent.forEach((atom, sphere) => {
      if (!marked[atom]) return
      const radius = radii[sphere]
      if (!groups.has(radius)) groups.set(radius, [])
      groups.get(radius).push(sphere)
    })
    return groups
  }

  add(spheres, radius, colour, order) {
    const {positions} = this.layers
    const position = new Float32Array(3 * spheres.length)
    spheres.forEach((sphere, i) => position.set(positions.subarray(3 * sphere, 3 * sphere + 3), 3 * i))
    const parameters = {disablePicking: true, pointSize: (2 * radius) / HALF_VIEW_TANGENT, sizeAttenuation: true,
      useTexture: true, alphaTest: 0.5}
    const Disc = discBuffer(this.NGL)
    const disc = new Disc({position, color: repeated(colour, spheres.length)}, parameters)
    this.viewer.add(disc)
    disc.group.traverse((object) => (object.renderOrder = order))
    this.buffers.push(disc)
  }

  clear() {
    this.shown = ""
    for (const disc of this.buffers.splice(0)) {
      this.viewer.remove(disc)
      disc.dispose()
    }
  }
}
