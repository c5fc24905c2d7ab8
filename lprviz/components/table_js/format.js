// Numbers to text, and to lengths of the bars drawn beside them.

const MISSING = "–";
const MINUS = "−";

function formatNumber(value, column) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? MISSING : (value > 0 ? "∞" : MINUS + "∞");
  if (column.kind === "int") return withMinus(grouped(Math.round(value)));
  if (column.kind === "log") return formatLog(value, column.digits);
  return withMinus(value.toFixed(column.digits));
}

function formatLog(value, digits) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 0.01 && size < 1000) return withMinus(value.toPrecision(digits));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return withMinus(`${mantissa}e${exponent.replace("+", "")}`);
}

// For tooltips: as many digits as float32 holds.
function exactNumber(value) {
  return withMinus(String(Number(value.toPrecision(7))));
}

// Narrow spaces between thousands, as in the charts beside the table.
function grouped(number) {
  return number.toLocaleString("en-GB").replaceAll(",", "\u202f");
}

function withMinus(text) {
  return text.replaceAll("-", MINUS);
}

// The scale of a bar: where zero length and full length are, in the units the bar is drawn in.
function barScale(values, column) {
  const log = column.kind === "log";
  let low = log ? Infinity : 0;
  let high = log ? -Infinity : 0;
  for (const value of column.limits ?? values) {
    const drawn = log ? Math.log10(value) : value;
    if (!Number.isFinite(drawn)) continue;
    if (drawn < low) low = drawn;
    if (drawn > high) high = drawn;
  }
  return {log, low, high};
}

// Left edge and length of the bar in [0, 1], or null where there is nothing to draw.
function barExtent(value, {log, low, high}) {
  const drawn = log ? Math.log10(value) : value;
  if (!Number.isFinite(drawn) || !Number.isFinite(low)) return null;
  if (high <= low) return [0, log ? 1 : 0];
  const at = (x) => Math.min(1, Math.max(0, (x - low) / (high - low)));
  const origin = log ? 0 : at(0);
  const end = at(drawn);
  return [Math.min(origin, end), Math.abs(end - origin)];
}
