// Marks the page with whether the first picture is coloured (the viewer says so, once it is drawn) and whether work is
// under way (the session knows).
// Says how this browser draws, lets lassos begin slowly, and sends the keys for undo and redo home from anywhere.

// Without a graphics card the browser emulates one, and a canvas "accelerated" by it takes seconds for what the
// processor does in milliseconds. Such machines are common in classrooms.
const drawsInSoftware = () => {
  const context = document.createElement("canvas").getContext("webgl")
  if (!context) { return true }
  const info = context.getExtension("WEBGL_debug_renderer_info")
  const name = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : ""
  context.getExtension("WEBGL_lose_context")?.loseContext()
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name)
}

const keepCanvasesInMemory = () => {
  const original = HTMLCanvasElement.prototype.getContext
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return original.call(this, kind, kind === "2d" ? {...options, willReadFrequently: true} : options)
  }
}

// Bokeh takes a button held still for 0.3 s for a press, and a press never becomes a drag: whoever paused before drawing
// a lasso got none, and on a busy machine so did everybody else.
const letDragsBeginSlowly = () => {
  try {
    window.Bokeh.require("core/ui_gestures").UIGestures.press_threshold = 3_600_000
  } catch { /* another Bokeh: lassos work, if begun at once */ }
}

export function render({model}) {
  const root = document.body
  root.style.minHeight = "100vh"  // the page floats above it; a body without height counts as hidden
  const markReady = () => { root.dataset.lprvizReady = "true" }
  const markBusy = () => { root.dataset.lprvizBusy = model.working ? "true" : "false" }
  root.dataset.lprvizReady ??= "false"
  markBusy()
  model.on("working", markBusy)
  window.addEventListener("lprviz-coloured", markReady, {once: true})

  letDragsBeginSlowly()
  const software = drawsInSoftware()
  if (software) { keepCanvasesInMemory() }
  model.send_msg({type: "rendered", software})

  const onKey = (event) => {
    const typing = event.composedPath()[0]?.matches?.("input, textarea, [contenteditable]")
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") { return }
    event.preventDefault()
    model.send_msg({type: event.shiftKey ? "redo" : "undo"})
  }
  document.addEventListener("keydown", onKey)
  model.on("remove", () => {
    document.removeEventListener("keydown", onKey)
    window.removeEventListener("lprviz-coloured", markReady)
  })
}
