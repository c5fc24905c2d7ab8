// The scrolling body. Only rows near the window exist; each element is reused for the next row that needs one.

const ROW_HEIGHT = 30;
const OVERSCAN = 6;

class RowWindow {
  constructor(scroller, body, state) {
    this.scroller = scroller;
    this.body = body;
    this.state = state;
    this.columns = [];
    this.slots = [];
    this.height = 0; // of the window onto the rows, when last measured
  }

  measure() {
    this.height = this.scroller.clientHeight - this.body.offsetTop;
  }

  setColumns(columns) {
    this.columns = columns;
    this.slots = [];
    this.body.replaceChildren();
  }

  paint() {
    const {shown} = this.state;
    this.body.style.height = `${shown.length * ROW_HEIGHT}px`;
    const [first, last] = this.range(shown.length);
    this.provide(last - first);
    const used = new Set();
    for (let position = first; position < last; position++) {
      const at = position % this.slots.length;
      used.add(at);
      this.place(this.slots[at], position, shown[position]);
    }
    this.slots.forEach((row, at) => { row.hidden = !used.has(at); });
  }

  range(count) {
    const top = Math.floor(this.scroller.scrollTop / ROW_HEIGHT);
    const visible = Math.ceil(this.scroller.clientHeight / ROW_HEIGHT);
    const first = Math.max(0, Math.min(top, count) - OVERSCAN);
    return [first, Math.min(count, top + visible + OVERSCAN)];
  }

  provide(count) {
    while (this.slots.length < count) {
      const row = makeRow(this.columns, `row-${this.slots.length}`);
      this.slots.push(row);
      this.body.append(row);
    }
  }

  place(row, position, index) {
    const reused = row.dataset.structure !== undefined && Number(row.dataset.structure) !== index;
    // A switch that holds the keyboard focus must not silently become another structure's switch.
    if (reused && row.contains(row.getRootNode().activeElement)) this.scroller.focus({preventScroll: true});
    const offset = `translateY(${position * ROW_HEIGHT}px)`;
    if (row.style.transform !== offset) row.style.transform = offset;
    fillRow(row, index, position, this.columns, this.state);
  }

  // The element of a structure, or null when it is outside the window.
  rowOf(index) {
    return this.slots.find((row) => !row.hidden && Number(row.dataset.structure) === index) ?? null;
  }

  // Whether any part of a row was in sight when the window was last measured.
  shows(index) {
    const position = this.state.positions[index] ?? -1;
    const top = position * ROW_HEIGHT - this.scroller.scrollTop;
    return position >= 0 && top + ROW_HEIGHT > 0 && top < this.height;
  }

  reveal(index) {
    const position = this.state.positions[index] ?? -1;
    if (position < 0) return;
    this.measure();
    const top = position * ROW_HEIGHT;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > this.scroller.scrollTop + this.height) this.scroller.scrollTop = top + ROW_HEIGHT - this.height;
  }

  pageSize() {
    return Math.max(1, Math.floor(this.height / ROW_HEIGHT) - 1);
  }
}
