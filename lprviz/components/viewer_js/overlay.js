// Everything over the picture that is text: colour bar, caption, tooltip, label, badge, message, orientation mark.
// Data reaches the page through textContent and checked colours only, so a name in a file stays a name.
const SVG = "http://www.w3.org/2000/svg"
const AXIS_COLOURS = ["#e5484d", "#30a46c", "#3e8bff"]

function element(tag, className, text) {
  const made = document.createElement(tag)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

function safeColour(colour) {
  return /^#[0-9a-f]{3,8}$/i.test(colour) || /^rgba?\([\d\s.,%]+\)$/i.test(colour) ? colour : "#888888"
}

class Overlay {
  constructor(root) {
    this.root = root
    this.caption = element("div", "caption")
    this.legend = element("div", "legend")
    this.badge = element("div", "badge", "recomputing …")
    this.tooltip = element("div", "tooltip")
    this.label = element("div", "label")
    this.ghost = element("div", "ghost")
    this.ghost.setAttribute("role", "status")
    this.message = element("div", "message")
    this.message.setAttribute("role", "status")
    this.axes = document.createElementNS(SVG, "svg")
    this.axes.setAttribute("class", "axes")
    this.axes.setAttribute("viewBox", "-32 -32 64 64")
    for (const part of [this.caption, this.legend, this.axes, this.label, this.badge, this.ghost, this.tooltip, this.message]) {
      root.append(part)
      if (![this.legend, this.axes, this.ghost].includes(part)) part.hidden = true
    }
  }

  // Always there, empty or not: a screen reader speaks only of what changes within a place it knows.
  setPreview(title, line) {
    this.ghost.replaceChildren(...(title ? [element("b", "", title), element("span", "", line)] : []))
  }

  setText(part, text) {
    part.textContent = text
    part.hidden = !text
  }

  setLegend({title, stops, ticks, missing, swatches}) {
    this.legend.replaceChildren()
    this.legend.hidden = !(stops.length || swatches.length)
    if (title) this.legend.append(element("div", "legend-title", title))
    if (stops.length) this.legend.append(this.makeBar(stops, ticks))
    const entries = missing ? [...swatches, ["#9a9ea6", missing]] : swatches
    if (entries.length) this.legend.append(makeSwatches(entries))
    this.thinTicks()
  }

  // Room for the picture: above the colour bar, or beside it where the page is wide.
  rooms() {
    const top = this.caption.hidden ? 0 : 26
    if (this.legend.hidden) return [{top, bottom: 0, side: 0}]
    const {offsetHeight: height, offsetWidth: width} = this.legend
    return [{top, bottom: height + 14, side: 0}, {top, bottom: 0, side: width + 20}]
  }

  makeBar(stops, ticks) {
    const bar = element("div", "bar")
    const strip = element("div", "strip")
    const colours = stops.length > 1 ? stops : [stops[0], stops[0]]
    strip.style.background = `linear-gradient(to right, ${colours.map(safeColour).join(", ")})`
    bar.append(strip)
    for (const [fraction, text] of ticks) {
      const tick = element("span", "tick", text)
      tick.style.left = `${100 * fraction}%`
      bar.append(tick)
    }
    return bar
  }

  // Labels that would touch the one before them are left out; the ends are kept first.
  thinTicks() {
    const ticks = [...this.legend.querySelectorAll(".tick")]
    const kept = []
    for (const tick of [ticks[0], ticks.at(-1), ...ticks.slice(1, -1)]) {
      if (!tick || kept.some(({tick: other}) => other === tick)) continue
      tick.classList.remove("bare")
      const {left, right} = tick.getBoundingClientRect()
      const clash = right > left && kept.some((box) => left < box.right + 6 && right > box.left - 6)
      tick.classList.toggle("bare", clash)
      if (!clash) kept.push({tick, left, right})
    }
  }

  showTooltip(text, x, y) {
    this.setText(this.tooltip, text)
    this.place(this.tooltip, x + 14, y + 14)
  }

  showLabel(text, x, y) {
    this.setText(this.label, text)
    this.place(this.label, x, y)
  }

  // Near an edge the text moves inwards rather than out of sight.
  place(part, x, y) {
    const left = Math.max(4, Math.min(x, this.root.clientWidth - part.offsetWidth - 4))
    const top = Math.max(4, Math.min(y, this.root.clientHeight - part.offsetHeight - 4))
    part.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`
  }

  // Three arrows as seen by the camera, the nearest drawn last.
  drawAxes(axes, names, rotate) {
    const arms = names.map((name, i) => ({name, i, to: rotate(axes[3 * i], axes[3 * i + 1], axes[3 * i + 2])}))
    arms.sort((a, b) => b.to.z - a.to.z)
    this.axes.replaceChildren(...arms.flatMap(({name, i, to}) => makeArm(name, AXIS_COLOURS[i], -to.x, -to.y)))
  }
}

function makeSwatches(entries) {
  const row = element("div", "swatches")
  for (const [colour, text] of entries) {
    const entry = element("span", "swatch")
    const box = element("i", "box")
    box.style.background = safeColour(colour)
    entry.append(box, text)
    row.append(entry)
  }
  return row
}

function makeArm(name, colour, x, y) {
  const line = document.createElementNS(SVG, "line")
  const text = document.createElementNS(SVG, "text")
  for (const [key, value] of Object.entries({x1: 0, y1: 0, x2: 20 * x, y2: 20 * y, stroke: colour})) {
    line.setAttribute(key, value)
  }
  for (const [key, value] of Object.entries({x: 27 * x, y: 27 * y, fill: colour})) text.setAttribute(key, value)
  text.textContent = name
  return [line, text]
}
