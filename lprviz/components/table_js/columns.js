// Which columns fit the width, and how wide each one is. Headers are never cut; texts get their room before numbers grow.

const SWITCH_WIDTH = 50;
const CELL_PADDING = 16;
const SORT_ARROW = 13;
const HEADER_FONT = "600 12px";
const BODY_FONT = "13px";

// Returns {columns, widths}: the columns kept, in their own order, and their widths in pixels.
function layColumns({columns, texts, numbers}, width, family) {
  const wants = new Map(columns.map((column) => [column, wantsOf(column, texts[column.key] ?? numbers[column.key], family)]));
  const kept = fittingColumns(columns, width, (column) => wants.get(column).least);
  const chosen = kept.map((column) => wants.get(column));
  let left = Math.max(0, width - SWITCH_WIDTH - sum(chosen.map(({least}) => least)));
  const missing = sum(chosen.map(({least, ideal}) => ideal - least));
  const filled = missing > 0 ? Math.min(1, left / missing) : 0;
  left -= filled * missing;
  const base = chosen.map(({least, ideal}) => least + filled * (ideal - least));
  return {columns: kept, widths: base.map((each) => each + (left * each) / sum(base))};
}

// Keep columns by priority (1 first) while their least widths fit; the order on screen stays as given.
function fittingColumns(columns, width, leastOf) {
  const kept = new Set();
  let left = width - SWITCH_WIDTH;
  for (const column of [...columns].sort((a, b) => a.priority - b.priority)) {
    if (kept.size && leastOf(column) > left) break;
    kept.add(column);
    left -= leastOf(column);
  }
  return columns.filter((column) => kept.has(column));
}

function gridTemplate(widths) {
  return [SWITCH_WIDTH, ...widths].map((width) => `${width.toFixed(1)}px`).join(" ");
}

// The width a column needs, and the one at which nothing in it is cut.
function wantsOf(column, values, family) {
  const header = textWidth(column.title, `${HEADER_FONT} ${family}`) + SORT_ARROW + CELL_PADDING;
  if (column.kind !== "text" && column.kind !== "int") {
    const width = Math.max(column.width, header);
    return {least: width, ideal: width};
  }
  const ideal = Math.max(header, textWidth(longestText(column, values), `${BODY_FONT} ${family}`) + CELL_PADDING);
  return {least: column.kind === "int" ? ideal : Math.max(header, Math.min(column.width, ideal)), ideal};
}

function longestText(column, values = []) {
  if (column.kind === "text") return values.reduce((a, b) => (b.length > a.length ? b : a), "");
  let [low, high] = [0, 0];
  for (const value of values) [low, high] = [Math.min(low, value || 0), Math.max(high, value || 0)];
  return [low, high].map((value) => formatNumber(value, column)).reduce((a, b) => (b.length > a.length ? b : a));
}

function textWidth(text, font) {
  textWidth.context ??= document.createElement("canvas").getContext("2d");
  textWidth.context.font = font;
  return Math.ceil(textWidth.context.measureText(text).width) + 1;
}

function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
