// Selection as file managers do it: click, Ctrl-click, Shift-click, Shift-arrows, Ctrl+A. Hidden rows are never selected.

class Selection {
  constructor(state, announce) {
    this.state = state;
    this.announce = announce;
  }

  only(index) {
    this.state.anchor = index;
    this.set([index]);
  }

  flip(index) {
    const next = new Set(this.state.selected);
    if (!next.delete(index)) next.add(index);
    this.state.anchor = index;
    this.set(next);
  }

  extend(index, keep = false) {
    const {positions, shown} = this.state;
    const anchor = this.state.anchor !== null && positions[this.state.anchor] >= 0 ? this.state.anchor : index;
    this.state.anchor = anchor;
    const [from, to] = [positions[anchor], positions[index]].sort((a, b) => a - b);
    this.set([...(keep ? this.state.selected : []), ...shown.slice(from, to + 1)]);
  }

  all() {
    this.set(this.state.shown);
  }

  clear() {
    this.set([]);
  }

  // After a filter: a group edit must not touch what cannot be seen.
  dropHidden() {
    this.set([...this.state.selected].filter((index) => this.state.positions[index] >= 0));
  }

  set(indices, tell = true) {
    const next = new Set(indices);
    const before = this.state.selected;
    if (next.size === before.size && [...next].every((index) => before.has(index))) return;
    this.state.selected = next;
    if (tell) this.announce([...next].sort((a, b) => a - b));
  }
}
