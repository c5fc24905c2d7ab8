// Elements of one row. Everything from the data enters by textContent or title, so it stays text.

function make(tag, className, attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Writing an unchanged value would still cost a style pass, so look first.
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(element, name, value) {
  const text = value === null ? null : String(value);
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

function makeRow(columns, id) {
  const row = make("div", "row", {role: "row", id});
  row.append(makeSwitchCell());
  columns.forEach((column, at) => row.append(makeCell(column, at)));
  return row;
}

function makeSwitchCell() {
  const cell = make("div", "cell switch-cell", {role: "gridcell", "aria-colindex": 1});
  const button = make("button", "lpr-switch", {type: "button", role: "switch", tabindex: -1});
  button.append(make("span", "track", {"aria-hidden": "true"}));
  cell.append(button);
  return cell;
}

function makeCell(column, at) {
  const cell = make("div", `cell ${column.kind === "text" ? "text" : "number"}`, {role: "gridcell", "aria-colindex": at + 2});
  cell.append(make("span", "chip", {"aria-hidden": "true", hidden: ""}), make("span", "value"));
  if (column.kind === "log" || column.kind === "bar") {
    const bar = make("span", "bar", {"aria-hidden": "true"});
    bar.append(make("i"));
    cell.append(bar);
  }
  return cell;
}

function fillRow(row, index, position, columns, state) {
  const on = state.isOn(index);
  mark(row, "data-structure", index);
  mark(row, "data-member", on);
  mark(row, "data-pending", state.pending.has(index) ? "true" : null);
  mark(row, "aria-rowindex", position + 2);
  mark(row, "aria-selected", state.selected.has(index));
  mark(row, "aria-current", state.current === index ? "true" : null);
  mark(row, "data-focused", state.focused === index ? "true" : null);
  fillSwitch(row.firstChild.firstChild, index, on, state);
  columns.forEach((column, at) => fillCell(row.children[at + 1], column, index, state));
}

function fillSwitch(button, index, on, state) {
  mark(button, "aria-checked", on);
  mark(button, "aria-disabled", state.disabled ? "true" : null);
  mark(button, "aria-busy", state.pending.has(index) ? "true" : null);
  mark(button, "aria-label", `${state.label(index)} in training`);
  mark(button, "title", on ? "In training: click to take it out" : "Not in training: click to add it");
}

function fillCell(cell, column, index, state) {
  const [chip, value, bar] = cell.children;
  mark(cell, "data-live", state.isLive(column.key) ? "true" : null);
  fillChip(bar ? bar.firstChild : chip, Boolean(bar), state.chips[column.key], index);
  if (column.kind === "text") {
    put(value, state.texts[column.key][index]);
    mark(cell, "title", state.texts[column.key][index]);
    return;
  }
  const number = state.numbers[column.key]?.[index] ?? NaN;
  put(value, formatNumber(number, column));
  mark(cell, "data-missing", Number.isFinite(number) ? null : "true");
  mark(cell, "title", `${column.title}: ${Number.isNaN(number) ? "not available" : exactNumber(number)}`);
  if (bar) fillBar(bar, barExtent(number, state.scale(column)));
}

function fillChip(element, isBar, colours, index) {
  const colour = colours ? `rgb(${colours[3 * index]} ${colours[3 * index + 1]} ${colours[3 * index + 2]})` : "";
  if (element.dataset.colour === colour) return;
  element.dataset.colour = colour;
  element.style.backgroundColor = colour;
  if (!isBar) element.hidden = !colour;
}

function fillBar(bar, extent) {
  bar.style.visibility = extent ? "" : "hidden";
  if (!extent) return;
  const fill = bar.firstChild;
  fill.style.left = `${(100 * extent[0]).toFixed(1)}%`;
  fill.style.width = `max(2px, ${(100 * extent[1]).toFixed(1)}%)`;
}
