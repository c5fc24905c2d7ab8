// Joins state, elements and the messages to and from Python.

const HOVER_DELAY = 80; // ms: a mouse crossing the table asks for one preview, not for fifty
const LATEST = 120; // ms: the longest a repaint waits for a frame

class Table {
  constructor(model) {
    this.model = model;
    this.state = new TableState();
    this.state.label = (index) => this.labelOf(index);
    this.selection = new Selection(this.state, (indices) => this.send({type: "select", indices}));
    this.hovered = null; // told to Python
    this.resting = null; // about to be told
    this.byMouse = false;
    this.frame = 0;
    this.build();
    this.listen();
    this.readRows();
    this.readParameters();
  }

  build() {
    this.root = make("div", "lpr-table");
    this.toolbar = new Toolbar({
      onFilter: (text) => this.filter(text),
      onRenew: () => this.filter(this.state.query),
      onLeave: () => this.enterGrid(),
    });
    this.scroller = make("div", "scroller", {role: "grid", tabindex: 0, "aria-multiselectable": "true"});
    this.head = make("div", "head", {role: "rowgroup"});
    this.body = make("div", "body", {role: "rowgroup"});
    this.empty = make("div", "empty", {hidden: ""});
    this.scroller.append(this.head, this.body);
    const frame = make("div", "frame");
    frame.append(this.scroller, this.empty);
    this.root.append(this.toolbar.element, frame);
    this.rows = new RowWindow(this.scroller, this.body, this.state);
  }

  listen() {
    this.scroller.addEventListener("scroll", () => this.paintSoon(), {passive: true});
    this.scroller.addEventListener("keydown", (event) => handleKey(event, this));
    this.scroller.addEventListener("focus", () => this.focusArrived());
    this.scroller.addEventListener("blur", () => this.hover(null));
    this.body.addEventListener("mousedown", (event) => this.press(event));
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("pointerover", (event) => {
      this.byMouse = true;
      this.hover(structureAt(event.target));
    });
    this.body.addEventListener("pointerleave", () => this.hover(null));
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(this.scroller);
  }

  dispose() {
    this.resize.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.late);
    clearTimeout(this.hoverTimer);
  }

  send(message) {
    this.model.send_msg(message);
  }

  // From Python -----------------------------------------------------------------------------------------------

  readRows() {
    this.state.load(unpackPacket(this.model.rows));
    this.selection.forget();
    this.state.update(unpackPacket(this.model.live));
    this.state.arrange();
    this.fitted = null;
    this.scroller.scrollTop = 0;
    this.placed = false;
    this.fit();
  }

  readLive() {
    this.state.update(unpackPacket(this.model.live));
    this.paintSoon();
  }

  readParameters() {
    const {current, stale, dark, disabled, description} = this.model;
    const fromOutside = current !== this.state.current; // a click here has set it already
    this.state.current = current;
    this.state.disabled = disabled;
    mark(this.root, "data-theme", dark ? "dark" : "light");
    mark(this.root, "data-stale", stale ? "true" : null);
    mark(this.root, "data-disabled", disabled ? "true" : null);
    mark(this.scroller, "aria-label", description);
    mark(this.scroller, "aria-busy", stale ? "true" : null);
    if (fromOutside && current >= 0) this.rows.reveal(current);
    this.paintSoon();
  }

  // What a person does ----------------------------------------------------------------------------------------

  filter(text) {
    this.state.query = text;
    this.state.arrange();
    this.selection.tell();
    this.paintSoon();
  }

  sort(key) {
    this.state.sortBy(key);
    if (this.state.focused !== null) this.rows.reveal(this.state.focused);
    this.paintSoon();
  }

  press(event) {
    if (event.button !== 0 || structureAt(event.target) === null) return;
    clearTimeout(this.hoverTimer); // what a click brings about comes before any preview
    if (event.shiftKey || event.target.closest("button")) event.preventDefault(); // no text selected, focus stays on the grid
    this.clicking = true;
    this.scroller.focus({preventScroll: true});
    this.clicking = false;
  }

  click(event) {
    const index = structureAt(event.target);
    if (index === null) return;
    this.state.focused = index;
    if (event.target.closest(".lpr-switch")) this.toggle(index);
    else if (event.shiftKey) this.selection.extend(index, event.ctrlKey || event.metaKey);
    else if (event.ctrlKey || event.metaKey) this.selection.flip(index);
    else {
      this.selection.only(index);
      this.open(index);
    }
    this.paintSoon();
  }

  toggle(index) {
    if (this.state.disabled) return;
    this.endHover();
    this.send(this.state.flip(index));
    this.paintSoon();
  }

  open(index) {
    this.state.current = index;
    this.endHover();
    this.send({type: "open", index});
    this.paintSoon();
  }

  hover(index) {
    if (index === this.resting) return; // from cell to cell of one row
    this.resting = index;
    clearTimeout(this.hoverTimer);
    this.hoverTimer = setTimeout(() => {
      if (index === this.hovered) return;
      this.hovered = index;
      this.send({type: "hover", index});
    }, HOVER_DELAY);
  }

  // Something was chosen, and Python knows that no preview outlives that. The row must be left before it asks again.
  endHover() {
    clearTimeout(this.hoverTimer);
    this.hovered = null;
  }

  moveFocus(position, extending) {
    const index = this.state.shown[position];
    if (index === undefined) return;
    if (extending && this.state.anchor === null) this.state.anchor = this.state.focused ?? index;
    this.state.focused = index;
    if (extending) this.selection.extend(index);
    else this.state.anchor = index;
    this.rows.reveal(index);
    this.byMouse = false;
    this.hover(index);
    this.paintSoon();
  }

  enterGrid() {
    this.scroller.focus({preventScroll: true});
  }

  // Tabbing in starts at the structure on show when it is listed, else at the first row in the window.
  focusArrived() {
    if (this.clicking || this.state.focused !== null) return;
    const position = this.state.positions[this.state.current] ?? -1;
    const first = Math.ceil(this.scroller.scrollTop / ROW_HEIGHT);
    this.moveFocus(position >= 0 ? position : first, false);
  }

  // Painting --------------------------------------------------------------------------------------------------

  fit() {
    const width = this.scroller.clientWidth;
    if (!width) return; // not on screen yet, or in a hidden tab
    const {columns, widths} = layColumns(this.state, width, getComputedStyle(this.root).fontFamily);
    this.root.style.setProperty("--columns", gridTemplate(widths));
    const keys = columns.map(({key}) => key).join();
    if (keys !== this.fitted) this.setColumns(columns, keys);
    // Before there was a size, there was nothing to scroll; in a lower window the structure on show stays in sight.
    const held = !this.placed || this.rows.shows(this.state.current);
    this.placed = true;
    this.rows.measure();
    this.rows.paint();
    if (held) this.rows.reveal(this.state.current);
    this.paint();
  }

  setColumns(columns, keys) {
    this.fitted = keys;
    this.columns = columns;
    this.head.replaceChildren(makeHeader(columns, (key) => this.sort(key)));
    this.rows.setColumns(columns);
    mark(this.scroller, "aria-colcount", columns.length + 1);
  }

  paintSoon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => this.paint());
    this.late = setTimeout(() => this.paint(), LATEST); // a busy or covered window may be given no frame for long
  }

  paint() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.late);
    this.frame = 0;
    if (!this.fitted) return;
    const {state} = this;
    this.rows.paint();
    fillHeader(this.head.firstChild, this.columns, state);
    this.toolbar.paint(state, this.model.stale);
    mark(this.scroller, "aria-rowcount", state.shown.length + 1);
    mark(this.scroller, "aria-activedescendant", this.rows.rowOf(state.focused)?.id ?? null);
    this.empty.hidden = state.shown.length > 0;
    this.lookUnderMouse();
    put(this.empty, state.size ? `No structure matches “${state.query}”. Press Esc in the filter to see all.` : this.model.empty_message);
  }

  // A sort, a filter or a scroll may put another structure under a mouse that rests, without any event.
  lookUnderMouse() {
    if (!this.byMouse || this.resting === null) return;
    const under = this.body.querySelector(".row:hover");
    if (under && structureAt(under) !== this.resting) this.hover(structureAt(under));
  }

  labelOf(index) {
    const name = this.state.columns.find((column) => column.kind === "text");
    return name ? `Structure ${index}, ${this.state.texts[name.key][index]}` : `Structure ${index}`;
  }
}

function structureAt(element) {
  const row = element.closest?.("[data-structure]");
  return row ? Number(row.dataset.structure) : null;
}

export function render({model}) {
  const table = new Table(model);
  model.on("change:rows", () => table.readRows());
  model.on("change:live", () => table.readLive());
  model.on(["current", "stale", "dark", "disabled", "description", "empty_message"], () => table.readParameters());
  model.on("remove", () => table.dispose());
  return table.root;
}
