// Selection as file managers do it: click, Ctrl-click, Shift-click, Shift-arrows, Ctrl+A. A row that the filter
// hides does not count as selected: a group edit must not touch what cannot be seen. It counts again when it returns.

class Selection {
  constructor(state, announce) {
    this.state = state;
    this.announce = announce;
    this.told = [];
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

  set(indices) {
    this.state.selected = new Set(indices);
    this.tell();
  }

  // After any change of the selection or of what is shown.
  tell() {
    const counted = [...this.state.selected].filter((index) => this.state.positions[index] >= 0).sort((a, b) => a - b);
    this.state.countSelected = counted.length;
    if (sameNumbers(counted, this.told)) return;
    this.told = counted;
    this.announce(counted);
  }

  // Another data set: Python has forgotten the selection by itself.
  forget() {
    this.state.selected = new Set();
    this.state.countSelected = 0;
    this.told = [];
  }
}
