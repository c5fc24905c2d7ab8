// A picture in a page of its own, without a server: what Panel would sync stays as the page was written.
const TURNS_PER_SECOND = 0.04

class StillModel {
  constructor(values, heard) {
    Object.assign(this, values, {heard, listeners: []})
  }

  on(names, callback) {
    this.listeners.push([names, callback])
  }

  off(names, callback) {
    this.listeners = this.listeners.filter((each) => each[1] !== callback)
  }

  send_msg(message) {
    this.heard(message)
  }

  update(values) {
    Object.assign(this, values)
    const changed = Object.keys(values)
    const due = this.listeners.filter(([names]) => [names].flat().some((name) => changed.includes(name)))
    for (const [, callback] of due) callback()
  }
}

function bytesOf(letters) {
  return Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0)).buffer
}

class Snapshot {
  constructor(page) {
    this.page = page
    this.host = document.getElementById("picture")
    this.turn = document.getElementById("turn")
    this.choice = document.getElementById("structure")
    this.model = new StillModel({...page.model, camera: page.camera}, (message) => this.hear(message))
    this.view = {el: this.host}
    this.listen()
    this.show(page.shown)
    const root = this.host.attachShadow({mode: "open"})
    const place = document.createElement("div")
    root.append(Object.assign(document.createElement("style"), {textContent: page.style}), place)
    render({view: this.view, model: this.model, el: place})
    this.setTurning(!matchMedia("(prefers-reduced-motion: reduce)").matches)
  }

  listen() {
    this.turn.addEventListener("click", () => this.setTurning(!this.turning))
    this.choice.addEventListener("change", () => this.show(this.choice.selectedIndex))
    document.getElementById("save").addEventListener("click", () => instances.get(this.view)?.savePng(this.page.filename))
    for (const name of ["pointerdown", "wheel", "keydown"]) this.host.addEventListener(name, () => this.setTurning(false))
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => this.model.update({dark: event.matches}))
  }

  show(number) {
    this.number = number
    const {scene, colours, ...texts} = this.page.structures[number]
    const dark = matchMedia("(prefers-color-scheme: dark)").matches
    this.choice.selectedIndex = number
    this.model.update({dark, picked: [], scene_packet: bytesOf(scene)})
    this.model.update({...texts, colour_packet: bytesOf(colours)})
    document.getElementById("summary").textContent = texts.description
  }

  hear(message) {
    const last = this.page.structures.length - 1
    const steps = {",": -1, PageUp: -1, ".": 1, PageDown: 1}
    if (message.type === "pick") this.model.update({picked: message.atom === null ? [] : [message.atom]})
    else if (message.type === "drawn") document.documentElement.dataset.lprvizReady = "true"
    else if (message.type === "failed") document.getElementById("summary").textContent = message.reason
    else if (message.type === "key" && steps[message.key]) {
      this.show(Math.min(Math.max(this.number + steps[message.key], 0), last))
    }
  }

  setTurning(turning) {
    this.turning = turning
    this.turn.setAttribute("aria-pressed", String(turning))
    this.turn.textContent = turning ? "Stop turning" : "Turn"
    cancelAnimationFrame(this.frame)
    if (turning) this.frame = requestAnimationFrame((now) => this.step(now, now))
  }

  // By the clock, not by the frame: a slow machine turns in coarser steps, not more slowly.
  step(before, now) {
    const picture = instances.get(this.view)
    if (picture?.layers?.scene) {
      picture.camera.turn(Math.min(now - before, 250) * 0.001 * TURNS_PER_SECOND * 2 * Math.PI, 0)
      picture.loop.schedule()
    }
    this.frame = requestAnimationFrame((next) => this.step(now, next))
  }
}

new Snapshot(JSON.parse(document.getElementById("lprviz-data").textContent))
