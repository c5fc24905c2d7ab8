// Gets the NGL namespace out of the scripts of the nglview wheel. Script tags, so that the browser caches the compiled
// code; where no server of ours stands behind the page (a notebook) Python sends the scripts instead.
let nglPromise = null

function loadNgl(assets, askForSources) {
  nglPromise ??= fetchNgl(assets, askForSources).catch((error) => {
    nglPromise = null
    throw error
  })
  return nglPromise
}

async function fetchNgl(assets, askForSources) {
  if (assets.kind === "amd") return (await loadAmd(assets, askForSources)).NGL
  if (!findNglFactory(assets.registry)) {
    // Through a blob only as a second choice: a cached script starts several times faster.
    await Promise.all(assets.urls.map(loadScript)).catch(() => loadFromSources(askForSources))
  }
  const found = findNglFactory(assets.registry)
  if (!found) throw new Error("The scripts of nglview hold no NGL.")
  return makeRequire(found.factories)(found.id)
}

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), {src: url, async: false})
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      reject(new Error("The drawing library could not be loaded from this server."))
    }
    document.head.append(script)
  })
}

async function loadFromSources(askForSources) {
  for (const source of await askForSources()) {
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}))
    await loadScript(url).finally(() => URL.revokeObjectURL(url))
  }
}

function findNglFactory(registry) {
  const factories = Object.assign({}, ...(window[registry] ?? []).map((chunk) => chunk[1]))
  const id = Object.keys(factories).find((key) => {
    const text = Function.prototype.toString.call(factories[key])
    return text.length > 500_000 && text.includes("SphereBuffer:()=>") && text.includes("Stage:()=>")
  })
  return id === undefined ? null : {id, factories}
}

// The few functions of webpack's runtime that these modules use.
function makeRequire(factories) {
  const cache = {}
  const require = (id) => {
    if (cache[id]) return cache[id].exports
    const module = (cache[id] = {id, exports: {}, loaded: false})
    factories[id].call(module.exports, module, module.exports, require)
    module.loaded = true
    return module.exports
  }
  require.o = (object, key) => Object.prototype.hasOwnProperty.call(object, key)
  require.d = (exports, getters) => {
    for (const key of Object.keys(getters)) {
      if (!require.o(exports, key)) Object.defineProperty(exports, key, {enumerable: true, get: getters[key]})
    }
  }
  require.r = (exports) => {
    Object.defineProperty(exports, Symbol.toStringTag, {value: "Module"})
    Object.defineProperty(exports, "__esModule", {value: true})
  }
  require.n = (module) => {
    const getter = module && module.__esModule ? () => module.default : () => module
    require.d(getter, {a: getter})
    return getter
  }
  require.nmd = (module) => Object.assign(module, {paths: [], children: module.children ?? []})
  require.g = globalThis
  return require
}

// The notebook extension is an AMD module that wants Jupyter's widget classes, of which only the shape matters here.
async function loadAmd(assets, askForSources) {
  const before = window.define
  let exports = null
  const stub = {DOMWidgetModel: class {}, DOMWidgetView: class {}, WidgetModel: class {}, WidgetView: class {}}
  window.define = (...args) => (exports = args.at(-1)(...args.at(-2).map(() => stub)))
  window.define.amd = {}
  try {
    await Promise.all(assets.urls.map(loadScript)).catch(() => loadFromSources(askForSources))
  } finally {
    window.define = before
  }
  if (!exports?.NGL) throw new Error("The script of nglview holds no NGL.")
  return exports
}
