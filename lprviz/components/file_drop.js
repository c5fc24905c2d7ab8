// A drop zone that sends a file in small pieces, each asked for by the server: a large or hostile file can be refused
// at any point, and the websocket is never blocked by one huge message.

const CHUNK = 512 * 1024

const base64 = (buffer) => {
  const bytes = new Uint8Array(buffer)
  let text = ""
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x8000))
  }
  return btoa(text)
}

export function render({model, el}) {
  const zone = document.createElement("label")
  const input = document.createElement("input")
  const title = document.createElement("span")
  const hint = document.createElement("span")
  const bar = document.createElement("span")
  zone.className = "zone"
  title.className = "title"
  hint.className = "hint"
  bar.className = "bar"
  input.type = "file"
  zone.append(input, title, hint, bar)
  el.append(zone)

  let file = null
  let token = 0

  const idle = () => {
    title.textContent = model.label
    hint.textContent = model.hint
    bar.style.width = "0"
    zone.dataset.state = "idle"
    input.value = ""
    file = null
  }

  const send = async (offset) => {
    if (file === null) { return }
    const mine = token
    const piece = await file.slice(offset, offset + CHUNK).arrayBuffer()
    if (mine !== token) { return }
    const done = Math.min(offset + piece.byteLength, file.size)
    bar.style.width = `${file.size ? 100 * done / file.size : 100}%`
    model.send_msg({type: "chunk", token: mine, offset, data: base64(piece), last: done >= file.size})
  }

  const start = (files) => {
    if (!files || files.length === 0) { return }
    token += 1
    file = files[0]
    title.textContent = `Sending ${file.name}`
    zone.dataset.state = "sending"
    // The server answers with "next" or "done"; it, not the page, decides what is too large.
    model.send_msg({type: "start", token, name: file.name, size: file.size, count: files.length})
  }

  const onMessage = (message) => {
    if (message.token !== token) { return }
    if (message.type === "next") { send(message.offset) } else { idle() }
  }
  model.on("msg:custom", onMessage)

  input.addEventListener("change", () => start(input.files))
  const over = (event) => {
    event.preventDefault()
    zone.dataset.over = "true"
  }
  zone.addEventListener("dragenter", over)
  zone.addEventListener("dragover", over)
  zone.addEventListener("dragleave", () => { delete zone.dataset.over })
  zone.addEventListener("drop", (event) => {
    event.preventDefault()
    delete zone.dataset.over
    start(event.dataTransfer.files)
  })
  // A file let go beside the zone must not make the browser leave the page.
  const keepPage = (event) => event.preventDefault()
  window.addEventListener("dragover", keepPage)
  window.addEventListener("drop", keepPage)
  model.on("remove", () => {
    window.removeEventListener("dragover", keepPage)
    window.removeEventListener("drop", keepPage)
  })
  idle()
}
