// A strip of tabs after the ARIA pattern: one of them can be reached by Tab, arrow keys go on from there.

export function render({model, el}) {
  const strip = document.createElement("div")
  strip.setAttribute("role", "tablist")
  const buttons = model.tabs.map(([key, label]) => {
    const button = document.createElement("button")
    button.type = "button"
    button.className = `lpr-tab lpr-tab-${key}`
    button.dataset.key = key
    button.textContent = label
    button.setAttribute("role", "tab")
    strip.append(button)
    return button
  })

  const paint = (active) => {
    for (const button of buttons) {
      const chosen = button.dataset.key === active
      button.setAttribute("aria-selected", String(chosen))
      button.tabIndex = chosen ? 0 : -1
    }
  }
  const open = (button) => {
    paint(button.dataset.key) // at once; what it shows follows from the server
    model.send_msg({type: "open", key: button.dataset.key})
  }

  const STEPS = {ArrowRight: 1, ArrowLeft: -1}
  strip.addEventListener("click", ({target}) => {
    const button = target.closest("button")
    if (button) open(button)
  })
  strip.addEventListener("keydown", (event) => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length]
    next.focus()
    open(next)
  })

  model.on("active", () => paint(model.active))
  paint(model.active)
  el.append(strip)
}
