// The component's entry. Loaded as one script with the files beside it (structure_viewer.py gives the order).
const instances = new Map()

// What tests ask: the picture that can be seen.
function visibleViewer() {
  const shown = [...instances.values()].filter((picture) => picture.view.el.getClientRects().length > 0)
  const picture = shown.at(-1)
  if (!picture?.layers?.scene) return null
  return {
    atoms: picture.atomCount,
    colours: picture.layers.drawnColours(),
    picked: [...picture.model.picked],
    positionOf: (atom) => picture.camera.project(...picture.layers.positions.subarray(3 * atom, 3 * atom + 3)),
    camera: picture.camera.toArray(),
    snapshot: () => picture.snapshot(),
  }
}

function hasWebGL() {
  const canvas = document.createElement("canvas")
  const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl")
  context?.getExtension("WEBGL_lose_context")?.loseContext()
  return Boolean(context)
}

function askForSources(model) {
  return new Promise((resolve, reject) => {
    const answer = (message) => {
      if (message.type !== "ngl_sources") return
      model.off("msg:custom", answer)
      resolve(message.sources)
    }
    model.on("msg:custom", answer)
    model.send_msg({type: "need_sources"})
    setTimeout(() => reject(new Error("The drawing library could not be loaded: no server answers.")), 20_000)
  })
}

async function mount(view, model, el) {
  instances.get(view)?.dispose()
  instances.delete(view)
  let removed = false
  model.on("remove", () => {
    removed = true
    instances.get(view)?.dispose()
    instances.delete(view)
    model.send_msg({type: "unmounted"})
  })
  const waiting = element("div", "picture")
  el.replaceChildren(waiting)
  try {
    if (!hasWebGL()) throw new Error("This browser cannot draw in 3D (WebGL is switched off or missing).")
    const NGL = await loadNgl(JSON.parse(model.assets), () => askForSources(model))
    if (removed) return
    const picture = new Picture(view, model, NGL)
    el.replaceChildren(picture.root)
    instances.set(view, picture)
    picture.start()
  } catch (error) {
    const reason = String(error.message ?? error)
    waiting.append(element("div", "message", reason))
    el.replaceChildren(waiting)
    model.send_msg({type: "failed", reason})
  }
}

export function render({view, model, el}) {
  window.lprviz = Object.assign(window.lprviz ?? {}, {viewer: visibleViewer})
  // Not awaited: the page need not wait for the drawing library.
  mount(view, model, el)
}
