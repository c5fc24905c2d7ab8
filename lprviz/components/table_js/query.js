// The filter box: words that must all hold. `melt`  `group:melt`  `in`  `out`  `atoms>=64`  `-vacancy`  `"two words"`

const TERM = /(-)?(?:([^\s:<>="]+)(:|>=|<=|>|<|=))?(?:"([^"]*)"?|(\S+))/g;

const COMPARISONS = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
};

// Returns {test(index) -> bool, usesMembers, keys}: what the answer depends on tells when it may be out of date.
function compileQuery(text, table) {
  const terms = [...text.matchAll(TERM)].map((match) => compileTerm(match, table));
  return {
    test: (index) => terms.every((term) => term.test(index) !== term.negated),
    usesMembers: terms.some((term) => term.usesMembers),
    keys: terms.map((term) => term.key).filter(Boolean),
  };
}

function compileTerm([whole, minus, name, operator, quoted, bare], table) {
  const negated = Boolean(minus);
  const value = (quoted ?? bare).toLowerCase();
  if (!name && quoted === undefined && (value === "in" || value === "out")) {
    const wanted = value === "in" ? 1 : 0;
    return {negated, usesMembers: true, test: (index) => table.members[index] === wanted};
  }
  const column = name && findColumn(name, table);
  if (!column && isUnfinished(value, table)) return {negated: false, test: () => true};
  if (!column) return {negated, test: containing(negated ? whole.slice(1) : whole, table)};
  if (column.kind === "text") return {negated, test: textTest(table.texts[column.key], operator, value)};
  return {negated, key: column.key, test: numberTest(table, column.key, operator, value)};
}

function findColumn(name, table) {
  const wanted = name.toLowerCase();
  return table.columns.find((c) => c.key.toLowerCase() === wanted)
    ?? table.columns.find((c) => c.title.toLowerCase().replaceAll(" ", "") === wanted);
}

// `group:` on the way to `group:melt` should not empty the table for a moment.
function isUnfinished(word, table) {
  const name = word.match(/^([^:<>=]+)(?::|>=?|<=?|=)$/)?.[1];
  return name !== undefined && findColumn(name, table) !== undefined;
}

function containing(word, table) {
  const wanted = word.replaceAll('"', "").toLowerCase();
  return (index) => table.haystack[index].includes(wanted);
}

function textTest(strings, operator, value) {
  if (operator === "=") return (index) => strings[index].toLowerCase() === value;
  return (index) => strings[index].toLowerCase().includes(value);
}

function numberTest(table, key, operator, value) {
  const compare = COMPARISONS[operator === ":" ? "=" : operator];
  const limit = Number(value.replaceAll(MINUS, "-"));
  return (index) => compare(table.numbers[key]?.[index] ?? NaN, Math.fround(limit));
}
