// Marks the page with what the session knows: whether the first picture is coloured, whether work is under way.
// Sends the keys for undo and redo home from wherever the focus is.

export function render({model}) {
  const root = document.body
  root.style.minHeight = "100vh"  // the page floats above it; a body without height counts as hidden
  const mark = () => {
    root.dataset.lprvizReady = model.coloured ? "true" : "false"
    root.dataset.lprvizBusy = model.working ? "true" : "false"
  }
  mark()
  model.send_msg({type: "rendered"})
  model.on("coloured", mark)
  model.on("working", mark)

  const onKey = (event) => {
    const typing = event.composedPath()[0]?.matches?.("input, textarea, [contenteditable]")
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") { return }
    event.preventDefault()
    model.send_msg({type: event.shiftKey ? "redo" : "undo"})
  }
  document.addEventListener("keydown", onKey)
  model.on("remove", () => document.removeEventListener("keydown", onKey))
}
