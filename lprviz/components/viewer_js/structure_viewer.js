// The component's entry. Loaded as one script with the files beside it (structure_viewer.py gives the order).
const MOST_LOSSES = 5
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

function unmount(view, model) {
  const picture = instances.get(view)
  if (!picture) return
  instances.delete(view)
  picture.dispose()
  model.send_msg({type: "unmounted"})
}

async function mount(view, model, el) {
  unmount(view, model)
  const visit = {over: false}
  model.on("remove", () => {
    visit.over = true
    unmount(view, model)
  })
  const waiting = element("div", "picture")
  waiting.classList.toggle("dark", model.dark)
  el.replaceChildren(waiting)
  try {
    if (!hasWebGL()) throw new Error("This browser cannot draw in 3D (WebGL is switched off or missing).")
    // The page may have made a head start.
    const NGL = (await window.lprviz.ngl) ?? (await loadNgl(JSON.parse(model.assets), () => askForSources(model)))
    if (!visit.over) show(new Picture(view, model, NGL), el, MOST_LOSSES)
  } catch (error) {
    fail(model, el, waiting, error)
  }
}

// A driver may drop a picture (sleep, reset, too many of them); it is made anew, though not for ever.
function show(picture, el, lives) {
  const {view, model, NGL} = picture
  el.replaceChildren(picture.root)
  instances.set(view, picture)
  picture.start(() => {
    unmount(view, model)
    if (lives > 0) show(new Picture(view, model, NGL), el, lives - 1)
    else fail(model, el, element("div", "picture"), new Error("The graphics driver keeps dropping the picture."))
  })
}

function fail(model, el, place, error) {
  const reason = String(error.message ?? error)
  place.append(element("div", "message", reason))
  el.replaceChildren(place)
  model.send_msg({type: "failed", reason})
}

export function render({view, model, el}) {
  window.lprviz = Object.assign(window.lprviz ?? {}, {viewer: visibleViewer})
  // Not awaited: the page need not wait for the drawing library.
  mount(view, model, el)
}
