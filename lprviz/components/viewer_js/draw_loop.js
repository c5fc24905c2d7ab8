// Draws only when something changed, once a frame; says how long a drawing took without ever waiting.
const POLISH_AFTER = 400
const POLISH_BUDGET = 12

class DrawLoop {
  // `before()` runs inside the frame, ahead of drawing, and returns what `after(report, milliseconds)` shall be told, or null.
  constructor(viewer, before, after, drawn) {
    Object.assign(this, {viewer, before, after, drawn, pending: 0, polish: 0, lastDraw: Infinity, stopped: false})
  }

  schedule() {
    if (this.stopped || this.pending) return
    this.pending = requestAnimationFrame(() => this.frame())
  }

  frame() {
    this.pending = 0
    clearTimeout(this.polish)
    const report = this.before()
    const start = performance.now()
    this.viewer.render()
    this.drawn()
    this.whenFinished(() => {
      this.lastDraw = performance.now() - start
      if (report !== null) this.after(report, this.lastDraw)
      this.polishLater()
    })
  }

  // A fence tells when the graphics card is done; asking for pixels would stall the page instead.
  whenFinished(callback) {
    const gl = this.viewer.renderer.getContext()
    const fence = gl.fenceSync?.(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
    if (!fence) return void setTimeout(callback, 0)
    gl.flush()
    const look = () => {
      if (this.stopped || gl.isContextLost()) return
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return void setTimeout(look, 4)
      gl.deleteSync(fence)
      callback()
    }
    setTimeout(look, 0)
  }

  // Smooth edges once the picture rests, where drawing is cheap enough to go unnoticed.
  polishLater() {
    clearTimeout(this.polish)
    if (this.stopped || this.lastDraw > POLISH_BUDGET) return
    this.polish = setTimeout(() => {
      if (this.pending || this.stopped) return
      this.viewer.sampleLevel = 2
      this.viewer.render()
      this.viewer.sampleLevel = 0
    }, POLISH_AFTER)
  }

  stop() {
    this.stopped = true
    cancelAnimationFrame(this.pending)
    clearTimeout(this.polish)
  }
}
