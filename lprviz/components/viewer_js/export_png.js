// The picture as a file: what NGL draws at twice the resolution, the caption and the colour bar. A figure without its
// scale is worthless, so there is no way to save one.
const EXPORT_SCALE = 2
const EXPORT_FONT = "system-ui, 'Segoe UI', Roboto, sans-serif"

async function composePng(viewer, {title, legend, dark}) {
  const picture = await createImageBitmap(await viewer.makeImage({factor: EXPORT_SCALE, antialias: false}))
  const {width, height} = picture
  const bars = legend.stops.length || legend.swatches.length
  const header = title ? 30 * EXPORT_SCALE : 0
  const footer = bars ? 78 * EXPORT_SCALE : 0
  const canvas = Object.assign(document.createElement("canvas"), {width, height: height + header + footer})
  const context = canvas.getContext("2d")
  context.fillStyle = dark ? "#14171c" : "#ffffff"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(picture, 0, header)
  context.fillStyle = dark ? "#e8eaed" : "#1b1f24"
  if (title) writeText(context, title, 16 * EXPORT_SCALE, 21 * EXPORT_SCALE, 15, "left", "600")
  if (bars) drawLegend(context, legend, header + height, width)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be encoded."))), "image/png"))
}

function drawLegend(context, {title, stops, ticks, missing, swatches}, top, width) {
  const ink = context.fillStyle
  const length = Math.min(360 * EXPORT_SCALE, 0.7 * width)
  const left = (width - length) / 2
  writeText(context, title, width / 2, top + 18 * EXPORT_SCALE, 13, "center", "600")
  if (stops.length) drawBar(context, stops, ticks, {left, top: top + 27 * EXPORT_SCALE, length, ink})
  const entries = missing ? [...swatches, ["#9a9ea6", missing]] : swatches
  drawSwatches(context, entries, width, top + (stops.length ? 62 : 32) * EXPORT_SCALE, ink)
}

function drawBar(context, stops, ticks, {left, top, length, ink}) {
  const gradient = context.createLinearGradient(left, 0, left + length, 0)
  stops.forEach((stop, i) => gradient.addColorStop(stops.length > 1 ? i / (stops.length - 1) : 0, safeColour(stop)))
  context.fillStyle = gradient
  context.fillRect(left, top, length, 12 * EXPORT_SCALE)
  context.fillStyle = ink
  let free = -Infinity
  for (const [fraction, text] of ticks) {
    const x = left + fraction * length
    context.fillRect(x - EXPORT_SCALE / 2, top + 12 * EXPORT_SCALE, EXPORT_SCALE, 4 * EXPORT_SCALE)
    const half = textWidth(context, text, 11) / 2
    if (x - half < free) continue
    writeText(context, text, x, top + 28 * EXPORT_SCALE, 11, "center", "400")
    free = x + half + 6 * EXPORT_SCALE
  }
}

function drawSwatches(context, entries, width, top, ink) {
  const box = 10 * EXPORT_SCALE
  const widths = entries.map(([, text]) => textWidth(context, text, 11) + box + 18 * EXPORT_SCALE)
  let x = (width - widths.reduce((sum, each) => sum + each, 0)) / 2
  entries.forEach(([colour, text], i) => {
    context.fillStyle = safeColour(colour)
    context.fillRect(x, top, box, box)
    context.fillStyle = ink
    writeText(context, text, x + box + 5 * EXPORT_SCALE, top + 9.5 * EXPORT_SCALE, 11, "left", "400")
    x += widths[i]
  })
}

function writeText(context, text, x, y, size, align, weight) {
  context.font = `${weight} ${size * EXPORT_SCALE}px ${EXPORT_FONT}`
  context.textAlign = align
  context.fillText(text, x, y)
}

function textWidth(context, text, size) {
  context.font = `400 ${size * EXPORT_SCALE}px ${EXPORT_FONT}`
  return context.measureText(text).width
}

function download(blob, filename) {
  const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: filename})
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
