// In a [data-list], j and k move between [data-item]s, Enter opens one, and any other key of a [data-key] button acts:
// first the button in the picked item, then one elsewhere on the page (the preview's “办理” has data-key="e").
// Moving sends the event "mq:picked" to the item, so that htmx can fetch its preview: hx-trigger="mq:picked, click".
const picked = () => document.querySelector("[data-list] [data-item].mq-picked");

function pick(item) {
  picked()?.classList.remove("mq-picked");
  item.classList.add("mq-picked");
  const target = item.matches("a, button") ? item : (item.querySelector("a, button") ?? item);
  if (target === item && !item.hasAttribute("tabindex")) item.tabIndex = -1;
  target.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  item.dispatchEvent(new CustomEvent("mq:picked", { bubbles: true }));
}

function move(by) {
  const items = [...document.querySelectorAll("[data-list] [data-item]")];
  if (!items.length) return;
  const place = items.indexOf(picked());
  pick(items[Math.min(Math.max(place + by, 0), items.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
  if (document.documentElement.dataset.keys === "off") return; // turned off by whoever sits there (desk/keys.js)
  if (!document.querySelector("[data-list]")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
    return;
  }
  if (!/^[a-z]$/.test(event.key)) return;
  const wanted = `[data-key="${event.key}"]`;
  const action = picked()?.querySelector(wanted) ?? document.querySelector(wanted);
  if (action) {
    event.preventDefault();
    action.click();
  }
});
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-list] [data-item]");
  if (item && item !== picked()) {
    picked()?.classList.remove("mq-picked");
    item.classList.add("mq-picked");
  }
});
