// Mouse, touch and keys. NGL's own listeners sit on the document and lose the target inside a shadow root; these sit on
// the picture and capture the pointer, so a drag survives leaving it.
const CLICK_TOLERANCE = 4
const TURN_PER_PIXEL = 0.01
const KEY_TURN = Math.PI / 18
const PASSED_ON = new Set(["Escape", "Enter", "PageUp", "PageDown", "Home", "End", "Delete", "Backspace"])
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}

class Controls {
  // `actions`: moved(), settled(), click(x, y, extend), hover(x, y), leave(), reset(), clearPick(), key(name)
  constructor(surface, camera, actions) {
    Object.assign(this, {surface, camera, actions, pointers: new Map(), travelled: 0, spread: 0})
    this.abort = new AbortController()
    const options = {signal: this.abort.signal}
    surface.addEventListener("pointerdown", (event) => this.down(event), options)
    surface.addEventListener("pointermove", (event) => this.move(event), options)
    surface.addEventListener("pointerup", (event) => this.up(event, true), options)
    surface.addEventListener("pointercancel", (event) => this.up(event, false), options)
    surface.addEventListener("pointerleave", () => actions.leave(), options)
    surface.addEventListener("contextmenu", (event) => event.preventDefault(), options)
    surface.addEventListener("wheel", (event) => this.wheel(event), {...options, passive: false})
    surface.addEventListener("keydown", (event) => this.keydown(event), options)
  }

  down(event) {
    this.surface.focus({preventScroll: true})
    this.surface.setPointerCapture(event.pointerId)
    this.pointers.set(event.pointerId, {x: event.clientX, y: event.clientY})
    if (this.pointers.size === 1) this.travelled = 0
    this.spread = this.fingerSpread()
    event.preventDefault()
  }

  move(event) {
    const last = this.pointers.get(event.pointerId)
    if (!last) return this.actions.hover(event.offsetX, event.offsetY)
    const right = event.clientX - last.x
    const down = event.clientY - last.y
    this.pointers.set(event.pointerId, {x: event.clientX, y: event.clientY})
    this.travelled += Math.abs(right) + Math.abs(down)
    if (this.travelled < CLICK_TOLERANCE) return
    this.actions.leave()
    if (this.pointers.size > 1) this.pinch(right, down)
    else if (event.buttons !== 1 || event.shiftKey || event.ctrlKey) this.camera.pan(right, down)
    else this.camera.turn(right * TURN_PER_PIXEL, down * TURN_PER_PIXEL)
    this.actions.moved()
  }

  pinch(right, down) {
    const spread = this.fingerSpread()
    if (this.spread > 0 && spread > 0) this.camera.zoom(this.spread / spread)
    this.camera.pan(right / 2, down / 2)
    this.spread = spread
  }

  fingerSpread() {
    const [a, b] = [...this.pointers.values()]
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0
  }

  up(event, completed) {
    if (!this.pointers.delete(event.pointerId) || this.pointers.size) return
    const clicked = this.travelled < CLICK_TOLERANCE && event.button === 0
    if (completed && clicked) this.actions.click(event.offsetX, event.offsetY, event.shiftKey)
    else this.actions.settled()
  }

  wheel(event) {
    event.preventDefault()
    const lines = event.deltaMode === 1 ? 16 : 1
    this.camera.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY * lines)) * 0.002))
    this.actions.moved()
    this.actions.settled()
  }

  keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || event.key === "Shift") return
    if (ARROWS[event.key]) this.camera.turn(ARROWS[event.key][0] * KEY_TURN, ARROWS[event.key][1] * KEY_TURN)
    else if (event.key === "+" || event.key === "=") this.camera.zoom(0.9)
    else if (event.key === "-" || event.key === "_") this.camera.zoom(1 / 0.9)
    else return this.passOn(event)
    event.preventDefault()
    this.actions.moved()
    this.actions.settled()
  }

  passOn(event) {
    if (event.key.length > 1 && !PASSED_ON.has(event.key)) return
    event.preventDefault()
    if (event.key === "r") this.actions.reset()
    else if (event.key === "Escape") this.actions.clearPick()
    else this.actions.key(event.key)
  }

  dispose() {
    this.abort.abort()
  }
}
