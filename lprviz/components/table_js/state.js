// What the table knows, without any element: the data, the order shown, the selection. Positions count shown rows.

const MEMBER_KEY = "@member"; // the switch column, which sorts like any other

class TableState {
  constructor() {
    this.query = "";
    this.sort = null; // {key, direction: 1 | -1}
    this.selected = new Set();
    this.countSelected = 0; // of those shown
    this.anchor = null;
    this.focused = null;
    this.serial = 0;
    this.load({columns: [], texts: {}, size: 0});
  }

  load({columns, texts, size, ...arrays}) {
    this.columns = columns;
    this.texts = texts;
    this.size = size;
    this.fixed = byPrefix(arrays, "value:");
    this.numbers = this.fixed;
    this.chips = {};
    this.members = new Uint8Array(this.size);
    this.pending = new Map(); // index -> {on, serial}: switched here, not yet confirmed
    this.scales = {};
    this.haystack = haystackOf(this.texts, this.size);
    this.count();
    this.anchor = this.focused = null;
    if (this.sort && this.sort.key !== MEMBER_KEY && !this.column(this.sort.key)) this.sort = null;
    this.arrange();
  }

  // Live numbers: members, values and chips. Nothing moves; `orderStale` and `queryStale` say what would.
  update({acknowledged, members, ...arrays}) {
    if (members.length !== this.size) return; // belongs to rows that are still on their way
    const before = {members: this.members, numbers: this.numbers};
    this.members = members;
    this.numbers = {...this.fixed, ...byPrefix(arrays, "value:")};
    this.chips = byPrefix(arrays, "chips:");
    this.scales = {};
    this.confirm(acknowledged);
    this.count();
    this.markStale(before);
  }

  confirm(acknowledged) {
    this.serial = Math.max(this.serial, acknowledged);
    for (const [index, {serial}] of this.pending) if (serial <= acknowledged) this.pending.delete(index);
  }

  markStale(before) {
    const moved = new Set();
    if (!sameNumbers(before.members, this.members)) moved.add(MEMBER_KEY);
    for (const key of new Set([...Object.keys(before.numbers), ...Object.keys(this.numbers)])) {
      if (!sameNumbers(before.numbers[key], this.numbers[key])) moved.add(key);
    }
    if (this.sort && moved.has(this.sort.key)) this.orderStale = true;
    const {usesMembers, keys} = this.compiled;
    if ((usesMembers && moved.has(MEMBER_KEY)) || keys.some((key) => moved.has(key))) this.queryStale = true;
  }

  // Filter and sort from the present values. Only what a person asked for calls this.
  arrange() {
    this.compiled = compileQuery(this.query, this);
    const shown = [];
    for (let index = 0; index < this.size; index++) if (this.compiled.test(index)) shown.push(index);
    if (this.sort) shown.sort(this.comparator());
    this.shown = shown;
    this.positions = new Int32Array(this.size).fill(-1);
    shown.forEach((index, position) => { this.positions[index] = position; });
    this.orderStale = this.queryStale = false;
    if (this.focused !== null && this.positions[this.focused] < 0) this.focused = null;
  }

  comparator() {
    const {key, direction} = this.sort;
    const strings = this.texts[key];
    if (strings) {
      const {compare} = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
      return (a, b) => direction * compare(strings[a], strings[b]) || a - b;
    }
    const numbers = key === MEMBER_KEY ? this.members : this.numbers[key] ?? [];
    return (a, b) => {
      const [x, y] = [numbers[a], numbers[b]];
      const [noX, noY] = [!(x === x) || x === undefined, !(y === y) || y === undefined];
      if (noX || noY) return noX - noY || a - b; // what is missing stays last, whichever way
      return direction * (x > y ? 1 : x < y ? -1 : 0) || a - b;
    };
  }

  // Ascending, descending, none; a stale order is first renewed in its own direction.
  sortBy(key) {
    const same = this.sort?.key === key;
    if (!same) this.sort = {key, direction: 1};
    else if (this.orderStale) this.sort = {...this.sort};
    else this.sort = this.sort.direction === 1 ? {key, direction: -1} : null;
    this.arrange();
  }

  column(key) {
    return this.columns.find((column) => column.key === key);
  }

  // Whether the numbers or colours of a column follow the training set, and so can be out of date.
  isLive(key) {
    return key in this.chips || this.numbers[key] !== this.fixed[key];
  }

  isOn(index) {
    return this.pending.get(index)?.on ?? this.members[index] === 1;
  }

  // Counted when it changes, not at each frame of a scroll.
  count() {
    this.countOn = 0;
    for (let index = 0; index < this.size; index++) this.countOn += this.isOn(index);
  }

  flip(index) {
    const on = !this.isOn(index);
    this.serial += 1;
    this.pending.set(index, {on, serial: this.serial});
    this.count();
    return {type: "toggle", index, on, serial: this.serial};
  }

  scale(column) {
    this.scales[column.key] ??= barScale(this.numbers[column.key] ?? [], column);
    return this.scales[column.key];
  }
}

function byPrefix(arrays, prefix) {
  const named = Object.entries(arrays).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(named.map(([name, array]) => [name.slice(prefix.length), array]));
}

function haystackOf(texts, size) {
  const columns = Object.values(texts);
  return Array.from({length: size}, (_, index) => columns.map((strings) => strings[index]).join("\n").toLowerCase());
}

function sameNumbers(a, b) {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  return a.every((value, i) => Object.is(value, b[i]));
}
