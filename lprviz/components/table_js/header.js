// Column headers: a click sorts.

const SWITCH_COLUMN = {
  key: MEMBER_KEY,
  title: "In",
  kind: "switch",
  description: "Whether the structure is in the training set",
};

function makeHeader(columns, onSort) {
  const row = make("div", "row head-row", {role: "row", "aria-rowindex": 1});
  [SWITCH_COLUMN, ...columns].forEach((column, at) => row.append(makeHeaderCell(column, at, onSort)));
  return row;
}

function makeHeaderCell(column, at, onSort) {
  const side = column.kind === "text" || column.kind === "switch" ? "text" : "number";
  const cell = make("div", `cell ${side}`, {role: "columnheader", "aria-colindex": at + 1, "data-key": column.key});
  const button = make("button", "sort", {type: "button"});
  const title = make("span", "value");
  title.textContent = column.title;
  button.append(title, make("span", "arrow", {"aria-hidden": "true"}));
  button.addEventListener("click", () => onSort(column.key));
  cell.append(button);
  return cell;
}

function fillHeader(row, columns, state) {
  [SWITCH_COLUMN, ...columns].forEach((column, at) => {
    const cell = row.children[at];
    const direction = state.sort?.key === column.key ? state.sort.direction : 0;
    const stale = direction !== 0 && state.orderStale;
    mark(cell, "aria-sort", ["descending", "none", "ascending"][direction + 1]);
    mark(cell, "data-stale", stale ? "true" : null);
    put(cell.querySelector(".arrow"), stale ? "↻" : ["▼", "", "▲"][direction + 1]);
    mark(cell.firstChild, "title", headerTip(column, direction, stale));
  });
}

function headerTip(column, direction, stale) {
  const about = column.description ? `${column.description}\n` : "";
  if (stale) return `${about}Values have changed since this sort: click to sort again`;
  return about + ["Click for the original order", "Click to sort", "Click to sort the other way"][direction + 1];
}
