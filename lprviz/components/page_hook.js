// Tells the page what the session knows: whether the first picture is coloured, and the theme; and sends keys home.

export function render({model, el}) {
  const root = document.body
  const mark = () => {
    root.dataset.lprvizReady = model.coloured ? "true" : "false"
    root.dataset.lprvizBusy = model.working ? "true" : "false"
    el.style.display = "none"
  }
  mark()
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
