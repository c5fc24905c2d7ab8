// What any page that draws in 3D pays on this machine: a context, a shader, one pixel read back. Returns milliseconds.
() => {
  const start = performance.now()
  const gl = document.createElement("canvas").getContext("webgl2")
  const sources = {
    VERTEX_SHADER: "void main() { gl_PointSize = 1.0; gl_Position = vec4(0.0, 0.0, 0.0, 1.0); }",
    FRAGMENT_SHADER: "void main() { gl_FragColor = vec4(1.0); }",
  }
  const program = gl.createProgram()
  for (const [kind, source] of Object.entries(sources)) {
    const shader = gl.createShader(gl[kind])
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  gl.useProgram(program)
  gl.drawArrays(gl.POINTS, 0, 1)
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
  return performance.now() - start
}
