// Runs in the page's head, before the document has come: what the browser can do while the server builds the page.
// Both libraries are fetched at once and started when the page's own scripts have run. A browser without a graphics
// card needs a while for its first drawing of all, so a worker makes one beside the page.
function warmGraphics() {
  const draw = () => {
    const gl = new OffscreenCanvas(4, 4).getContext("webgl2")
    const program = gl.createProgram()
    const add = (kind, source) => {
      const shader = gl.createShader(kind)
      gl.shaderSource(shader, source)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
    }
    add(gl.VERTEX_SHADER, "void main() { gl_Position = vec4(0., 0., 0., 1.); gl_PointSize = 4.; }")
    add(gl.FRAGMENT_SHADER, "void main() { gl_FragColor = vec4(1.); }")
    gl.linkProgram(program)
    gl.useProgram(program)
    gl.drawArrays(gl.POINTS, 0, 1)
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
    gl.getExtension("WEBGL_lose_context")?.loseContext()
    close()
  }
  const url = URL.createObjectURL(new Blob([`(${draw})()`], {type: "text/javascript"}))
  const worker = new Worker(url)
  worker.onerror = (event) => event.preventDefault()  // no WebGL, or none in workers: the viewer says what is the matter
}

// A failure costs the head start only: whoever needs a library asks for it again, and says so when it is not there.
const onceParsed = new Promise((done) => document.addEventListener("DOMContentLoaded", () => setTimeout(done)))
const controlsReady = onceParsed.then(() => controls && window.importShim?.(controls)).catch(() => null)
const ngl = controlsReady.then(() => loadNgl(assets)).catch(() => null)
window.lprviz = Object.assign(window.lprviz ?? {}, {ngl})
try { warmGraphics() } catch { /* likewise */ }
