// Runs in the measured page before any script of its own: notes when things happen, by the page's own clock.
(() => {
  const clock = {clicked: null, ready: null, recoloured: null, drawn: null}
  window.lprvizClock = clock
  // The time stamp of the event is when the mouse was released: waiting for a busy page counts.
  window.addEventListener("click", (event) => {
    Object.assign(clock, {clicked: event.timeStamp, recoloured: null, drawn: null})
  }, {capture: true})
  new PerformanceObserver((list) => {
    for (const {name, startTime} of list.getEntries()) {
      if (name === "lprviz-recoloured") clock.recoloured ??= startTime
      else if (name === "lprviz-drawn") clock.drawn = startTime
    }
  }).observe({type: "mark"})
  const look = () => {
    if (clock.ready === null && document.body?.dataset.lprvizReady === "true") clock.ready = performance.now()
  }
  new MutationObserver(look).observe(document, {subtree: true, childList: true, attributeFilter: ["data-lprviz-ready"]})
})()
