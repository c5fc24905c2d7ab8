// Keys of the focused grid. Each handled key stops here, so that page-wide shortcuts do not fire as well.

function handleKey(event, table) {
  const onButton = event.target.closest?.("button");
  if (onButton && (event.key === " " || event.key === "Enter")) return; // the button's own click
  const action = keyAction(event, table);
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
  table.paintSoon();
}

function keyAction(event, table) {
  const command = event.ctrlKey || event.metaKey;
  if (command) return commandAction(event.key, table);
  if (event.altKey) return null;
  const step = stepOf(event.key, table);
  if (step !== undefined) return () => table.moveFocus(step, event.shiftKey);
  const focused = table.state.focused;
  switch (event.key) {
    case "/": return () => table.toolbar.input.focus();
    case "Escape": return table.state.selected.size ? () => table.selection.clear() : null;
    case " ": return focused === null ? () => {} : () => table.toggle(focused);
    case "Enter": return focused === null ? null : () => table.open(focused);
    default: return null;
  }
}

function commandAction(key, {selection, state}) {
  if (key === "a" || key === "A") return () => selection.all();
  if (key === " " && state.focused !== null) return () => selection.flip(state.focused);
  return null;
}

// The position to move to, or undefined when the key does not move.
function stepOf(key, {state, rows}) {
  const last = state.shown.length - 1;
  const here = state.focused === null ? -1 : state.positions[state.focused];
  const page = rows.pageSize();
  const target = {
    ArrowDown: here + 1,
    ArrowUp: here - 1,
    PageDown: here + page,
    PageUp: here - page,
    Home: 0,
    End: last,
  }[key];
  return target === undefined ? undefined : Math.max(0, Math.min(last, target));
}
