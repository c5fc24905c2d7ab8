// Filter box, count, and the word that says the numbers are being computed again.

const FILTER_TIP = "Words must all match. Also: in, out, group:melt, atoms>=64, -word, \"two words\"";

class Toolbar {
  constructor({onFilter, onRenew, onLeave}) {
    this.element = make("div", "toolbar");
    this.input = make("input", "filter", {
      type: "search", placeholder: "Filter: name, group:melt, in, out", title: FILTER_TIP,
      "aria-label": "Filter structures", autocomplete: "off", spellcheck: "false",
    });
    this.renew = make("button", "renew", {type: "button", hidden: ""});
    this.renew.textContent = "↻ Filter again";
    this.renew.title = "Values have changed since this filter was applied";
    this.badge = make("span", "badge", {hidden: ""});
    this.badge.textContent = "recomputing";
    this.count = make("span", "count", {role: "status"});
    this.element.append(this.input, this.renew, this.badge, this.count);
    this.input.addEventListener("input", () => onFilter(this.input.value));
    this.input.addEventListener("keydown", (event) => this.onKey(event, onFilter, onLeave));
    this.renew.addEventListener("click", onRenew);
  }

  onKey(event, onFilter, onLeave) {
    event.stopPropagation();
    if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.input.value = "";
      onFilter("");
    } else if (event.key === "ArrowDown" || event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  }

  paint(state, stale) {
    this.renew.hidden = !state.queryStale;
    this.badge.hidden = !stale;
    put(this.count, countText(state));
    mark(this.count, "title", countText(state));
  }
}

function countText({size, shown, countSelected, countOn}) {
  const parts = [shown.length === size ? `${grouped(size)} structures` : `${grouped(shown.length)} of ${grouped(size)} shown`];
  parts.push(`${grouped(countOn)} in training`);
  if (countSelected) parts.push(`${grouped(countSelected)} selected`);
  return parts.join(" · ");
}
