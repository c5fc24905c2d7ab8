// One picture: keeps what is drawn in step with the model, and speaks to Python in messages.
const RING_COLOURS = {
  light: {outline: [0.1, 0.11, 0.13], highlight: [0.0, 0.56, 0.95], picked: [0.9, 0.0, 0.46], cell: [0.55, 0.59, 0.65],
          gap: [1, 1, 1]},
  dark: {outline: [0.96, 0.97, 0.98], highlight: [0.25, 0.72, 1.0], picked: [1.0, 0.3, 0.62], cell: [0.5, 0.54, 0.6],
         gap: [0.078, 0.09, 0.11]},
}
// Right and down, in radians: straight on, a crystal hides itself behind its first layer.
const FIRST_TURN = {true: [0.42, 0.28], false: [0.3, 0.25]}
const GROUND = {light: 0xffffff, dark: 0x14171c}

// For whoever measures: when the colours were in the buffer, and when they were drawn. Only the last is kept.
function stamp(name) {
  performance.clearMarks(name)
  performance.mark(name)
}

class Picture {
  constructor(view, model, NGL) {
    Object.assign(this, {view, model, NGL, atomCount: 0, colourVersion: 0, colours: null, packet: null, undrawn: null, listeners: []})
    this.root = element("div", "picture")
    this.surface = element("div", "surface")
    this.surface.tabIndex = 0
    this.root.append(this.surface)
    this.overlay = new Overlay(this.root)
    this.clean = {scene: false, colours: true, rings: true}
  }

  // Needs the element in the page, as NGL measures it. `lost()` is called when the graphics card drops the picture.
  start(lost) {
    this.lost = lost
    this.viewer = new this.NGL.Viewer(this.surface)
    if (!this.viewer.renderer) throw new Error("NGL could not start WebGL.")
    this.viewer.setClip(-40, 140, 0.5)
    this.viewer.setFog(undefined, 70, 190)
    this.viewer.setLight(0xffffff, 0.6, 0xffffff, 0.35)
    this.viewer.setCamera("perspective", FIELD_OF_VIEW)
    this.viewer.sampleLevel = 0
    this.viewer.renderer.domElement.addEventListener("webglcontextlost", () => this.disposed || this.lost())
    this.camera = new Camera(this.NGL, this.viewer)
    this.layers = new SceneLayers(this.NGL, this.viewer)
    this.rings = new Rings(this.NGL, this.viewer, this.layers)
    this.loop = new DrawLoop(this.viewer, () => this.prepare(), (...told) => this.report(...told), () => this.annotate())
    this.controls = new Controls(this.surface, this.camera, this.actions())
    this.resizing = new ResizeObserver(() => this.resize())
    this.resizing.observe(this.root)
    this.listen()
    for (const refresh of [this.setTheme, this.setLegend, this.setTexts, this.setScene, this.setColours]) {
      refresh.call(this)
    }
    this.resize()
    this.model.send_msg({type: "mounted"})
  }

  listen() {
    const on = (names, refresh) => {
      const callback = () => refresh.call(this)
      this.model.on(names, callback)
      this.listeners.push([names, callback])
    }
    on(["scene_packet", "style", "show_bonds", "show_cell"], this.setScene)
    on(["colour_packet"], this.setColours)
    on(["picked", "highlight"], this.setRings)
    on(["preview", "preview_line"], this.setPreview)
    on(["dark"], this.setTheme)
    on(["bar_title", "bar_stops", "bar_ticks", "bar_missing", "bar_swatches"], this.setLegend)
    on(["message", "caption", "stale", "description"], this.setTexts)
    on(["camera"], this.setCamera)
    const receive = (message) => this.receive(message)
    this.model.on("msg:custom", receive)
    this.listeners.push(["msg:custom", receive])
  }

  theme() {
    return this.model.dark ? "dark" : "light"
  }

  setTheme() {
    this.root.classList.toggle("dark", this.model.dark)
    this.viewer.setBackground(GROUND[this.theme()])
    this.setScene()
  }

  setLegend() {
    this.legend = {
      title: this.model.bar_title,
      stops: this.model.bar_stops,
      ticks: this.model.bar_ticks,
      missing: this.model.bar_missing,
      swatches: this.model.bar_swatches,
    }
    this.overlay.setLegend(this.legend)
    this.setMargins()
  }

  setMargins() {
    this.camera.setRooms(this.overlay.rooms())
    this.loop.schedule()
  }

  setTexts() {
    const {message, caption, stale, description} = this.model
    this.overlay.setText(this.overlay.message, message)
    this.overlay.setText(this.overlay.caption, caption)
    this.overlay.badge.hidden = !stale || Boolean(message)
    this.root.classList.toggle("stale", stale)
    this.root.classList.toggle("empty", Boolean(message))
    this.surface.setAttribute("role", "application")
    this.surface.setAttribute("aria-roledescription", "three-dimensional structure")
    this.surface.setAttribute("aria-label", description)
    this.setMargins()
    this.publish()
  }

  setPreview() {
    const {preview, preview_line: line} = this.model
    this.overlay.setPreview(preview, line)
    this.root.classList.toggle("preview", Boolean(preview))
  }

  setScene() {
    this.clean.scene = false
    this.loop?.schedule()
  }

  setColours() {
    if (!this.model.colour_packet) return
    this.colours = unpackPacket(this.model.colour_packet)
    this.clean.colours = false
    if (this.clean.scene) this.recolour() // at once: while the page draws other things, the next frame may be late
    this.loop.schedule()
  }

  recolour() {
    if (this.clean.colours || !this.coloursFit()) return
    const start = performance.now()
    this.layers.recolour(this.colours.rgb)
    stamp("lprviz-recoloured")
    this.clean.colours = true
    this.clean.rings = false
    this.undrawn = {version: this.colours.version, upload: performance.now() - start, current: !this.model.stale}
  }

  setRings() {
    this.clean.rings = false
    this.loop.schedule()
  }

  setCamera() {
    const wanted = this.model.camera
    const now = this.camera.toArray()
    if (wanted.length !== 16 || wanted.every((value, i) => Math.abs(value - now[i]) < 1e-6)) return
    this.camera.fromArray(wanted)
    this.loop.schedule()
  }

  // One frame: whatever is out of date, in order. Returns what is to be told of the colours put on the screen, if any.
  prepare() {
    if (!this.clean.scene) this.buildScene()
    this.recolour()
    if (!this.clean.rings) this.buildRings()
    this.camera.apply()
    const fresh = this.undrawn
    this.undrawn = null
    if (fresh) this.colourVersion += 1
    return fresh
  }

  // Colours belong to one scene: those of another structure are never shown on this one, whatever its size.
  coloursFit() {
    return Boolean(this.colours && this.layers.scene && this.colours.scene === this.layers.scene.identity)
  }

  buildScene() {
    this.clean.scene = true
    this.clean.rings = false
    const {scene_packet: bytes, style, show_bonds: showBonds, show_cell: showCell} = this.model
    this.rings.clear()
    if (!bytes) return this.layers.clear()
    const fresh = bytes !== this.packet
    const scene = fresh ? unpackPacket(bytes) : this.layers.scene
    this.packet = bytes
    this.layers.show(scene, {style, showBonds, showCell, cellColour: RING_COLOURS[this.theme()].cell})
    if (this.clean.colours && this.coloursFit()) this.layers.recolour(this.colours.rgb)
    if (fresh) this.aim(scene)
    this.names = scene.periodic ? ["a", "b", "c"] : ["x", "y", "z"]
    this.atomCount = scene.n_atoms
  }

  aim(scene) {
    const first = this.kind === undefined
    const framed = [this.layers.extent(), this.layers.radii.reduce((a, b) => Math.max(a, b), 0), scene.radius]
    if (first || this.kind !== scene.periodic) this.camera.frame(...framed)
    if (first && this.model.camera.length === 16) this.camera.fromArray(this.model.camera)
    else if (first || this.kind !== scene.periodic) this.camera.lookFrom(scene.view, FIRST_TURN[scene.periodic])
    else this.camera.follow(...framed)
    this.kind = scene.periodic
  }

  buildRings() {
    this.clean.rings = true
    if (!this.layers.scene) return
    const colour = RING_COLOURS[this.theme()]
    const outlined = []
    if (this.coloursFit()) this.colours.outline?.forEach((marked, atom) => marked && outlined.push(atom))
    this.rings.show([
      {atoms: this.model.picked, colour: colour.picked, scale: 1.42},
      {atoms: this.model.highlight, colour: colour.highlight, scale: 1.28},
      {atoms: outlined, colour: colour.outline, scale: 1.16},
      {atoms: [...this.model.picked, ...this.model.highlight, ...outlined], colour: colour.gap, scale: 1.07},
    ])
  }

  // After each drawing: what floats above it follows.
  annotate() {
    const {scene} = this.layers
    this.publish()
    if (!scene) return
    this.overlay.drawAxes(scene.axes, this.names, (x, y, z) =>
      new this.NGL.Vector3(x, y, z).applyQuaternion(this.camera.rotation))
    const [atom] = this.model.picked
    if (atom === undefined || atom >= scene.n_atoms) return this.overlay.setText(this.overlay.label, "")
    const [x, y, z] = this.layers.positions.subarray(3 * atom, 3 * atom + 3)
    const at = this.camera.project(x, y, z)
    const reach = 1.42 * this.layers.radii[atom] * at.scale
    this.overlay.showLabel(this.describe(atom), at.x + 0.75 * reach + 4, at.y - 0.75 * reach - 24)
  }

  describe(atom) {
    return (this.coloursFit() && this.colours.labels?.[atom]) || `atom ${atom}`
  }

  // The attributes by which tests and style sheets see the state.
  publish() {
    const {dataset} = this.view.el
    dataset.atoms = this.model.message ? 0 : this.atomCount
    dataset.colourVersion = this.colourVersion
    dataset.picked = this.model.picked.join(",")
  }

  report({version, upload, current}, draw) {
    stamp("lprviz-drawn")
    if (current) window.dispatchEvent(new Event("lprviz-coloured"))
    this.model.send_msg({type: "drawn", version, upload_ms: upload, draw_ms: draw})
  }

  actions() {
    const redraw = () => this.loop.schedule()
    return {
      moved: redraw,
      settled: () => this.rememberCamera(),
      click: (x, y, extend) => this.click(x, y, extend),
      hover: (x, y) => this.hover(x, y),
      leave: () => this.leave(),
      reset: () => this.resetView(),
      clearPick: () => this.model.send_msg({type: "pick", atom: null, extend: false}),
      key: (key) => this.model.send_msg({type: "key", key}),
    }
  }

  atomAt(x, y) {
    if (!this.layers.scene) return null
    const sphere = sphereOnRay(this.camera.ray(x, y), this.layers.positions, this.layers.radii)
    return sphere < 0 ? null : this.layers.scene.parent[sphere]
  }

  click(x, y, extend) {
    const atom = this.atomAt(x, y)
    if (atom !== null || !extend) this.model.send_msg({type: "pick", atom, extend})
  }

  hover(x, y) {
    const atom = this.atomAt(x, y)
    this.surface.classList.toggle("over-atom", atom !== null)
    if (atom === null) this.overlay.setText(this.overlay.tooltip, "")
    else this.overlay.showTooltip(this.describe(atom), x, y)
  }

  leave() {
    this.surface.classList.remove("over-atom")
    this.overlay.setText(this.overlay.tooltip, "")
  }

  resetView() {
    const {scene} = this.layers
    if (!scene) return
    this.kind = undefined
    this.model.camera = []
    this.aim(scene)
    this.loop.schedule()
  }

  // Synced so that a picture made anew (a tab opened again) looks from where the last one did.
  rememberCamera() {
    clearTimeout(this.remembering)
    this.remembering = setTimeout(() => (this.model.camera = this.camera.toArray()), 150)
  }

  resize() {
    const {width, height} = this.root.getBoundingClientRect()
    if (width < 1 || height < 1) return
    this.viewer.setSize(width, height)
    this.overlay.thinTicks()
    this.setMargins()
    if (this.camera.fitted) this.camera.fit()
  }

  receive(message) {
    if (message.type === "reset_view") this.resetView()
    else if (message.type === "save_png") this.savePng(message.filename)
  }

  async savePng(filename) {
    try {
      download(await this.snapshot(), filename)
    } catch (error) {
      this.model.send_msg({type: "failed", reason: String(error.message ?? error)})
    }
  }

  snapshot() {
    return composePng(this.viewer, {title: this.model.caption, legend: this.legend, dark: this.model.dark})
  }

  dispose() {
    this.disposed = true
    for (const [names, callback] of this.listeners) this.model.off(names, callback)
    this.loop?.stop()
    this.controls?.dispose()
    this.resizing?.disconnect()
    clearTimeout(this.remembering)
    if (!this.viewer?.renderer) return
    this.rings.clear()
    this.layers.clear()
    const context = this.viewer.renderer.getContext()
    this.viewer.renderer.dispose()
    context.getExtension("WEBGL_lose_context")?.loseContext()
    this.root.remove()
  }
}
