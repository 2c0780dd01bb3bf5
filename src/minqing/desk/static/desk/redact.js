// Boxes drawn on a photo by pointer; the numbers beside it are the form, and whoever writes them sees the boxes move.
const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["left", "top", "width", "height"];
const SMALLEST = 0.8; // percent: less is a slip of the hand

const area = document.querySelector("[data-redact]");
const list = document.querySelector("[data-redact-rows]");
const svg = area?.querySelector("svg");
const hint = document.querySelector("[data-redact-hint]");

const rows = () => [...list.querySelectorAll("[data-redact-row]")];
const inputs = (row) => SIDES.map((side) => row.querySelector(`[name="${side}"]`));
const numbers = (row) => inputs(row).map((input) => Number.parseFloat(input.value));
const isEmpty = (row) => inputs(row).every((input) => !input.value.trim());
const short = (value) => String(Math.round(value * 10) / 10);

function draw() {
  svg.replaceChildren();
  for (const [place, row] of rows().entries()) {
    const [x, y, width, height] = numbers(row);
    if (![x, y, width, height].every(Number.isFinite)) continue;
    const box = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x, y, width, height })) box.setAttribute(name, value);
    box.classList.toggle("dk-redact-now", row.contains(document.activeElement));
    box.dataset.place = place;
    svg.append(box);
  }
}

function write(row, box) {
  for (const [number, input] of inputs(row).entries()) input.value = short(box[number]);
}

function emptyRow() {
  const free = rows().find(isEmpty);
  if (free) return free;
  const all = rows();
  if (all.length >= Number(list.dataset.redactMax)) return null;
  const more = all.at(-1).cloneNode(true);
  for (const input of inputs(more)) input.value = "";
  more.querySelector("legend").textContent = `第 ${all.length + 1} 处`;
  list.append(more);
  wire(more);
  return more;
}

function wire(row) {
  row.querySelector("[data-redact-clear]")?.remove();
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "btn btn-mq-quiet btn-sm";
  clear.dataset.redactClear = "";
  clear.textContent = "去掉";
  clear.setAttribute("aria-label", `去掉${row.querySelector("legend").textContent}`);
  row.querySelector("fieldset").append(clear);
}

if (area && list && svg) {
  hint.hidden = false;
  rows().forEach(wire);
  draw();
  let from = null;
  let row = null;
  const at = (event) => {
    const box = area.getBoundingClientRect();
    const inside = (value) => Math.min(Math.max(value, 0), 100);
    return [inside(((event.clientX - box.left) / box.width) * 100), inside(((event.clientY - box.top) / box.height) * 100)];
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    row = emptyRow();
    if (!row) return;
    event.preventDefault();
    from = at(event);
    area.setPointerCapture(event.pointerId);
  });
  area.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    write(row, [Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(x - from[0]), Math.abs(y - from[1])]);
    draw();
  });
  const end = () => {
    if (!from) return;
    from = null;
    const [, , width, height] = numbers(row);
    if (!(width >= SMALLEST && height >= SMALLEST)) for (const input of inputs(row)) input.value = "";
    draw();
  };
  area.addEventListener("pointerup", end);
  area.addEventListener("pointercancel", end);
  list.addEventListener("input", draw);
  list.addEventListener("focusin", draw);
  list.addEventListener("focusout", draw);
  list.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-redact-clear]");
    if (!clear) return;
    for (const input of inputs(clear.closest("[data-redact-row]"))) input.value = "";
    draw();
  });
  // Arrow keys change a number by one, with Shift by ten: a box can be moved without a mouse.
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    if (!event.target.matches("input")) return;
    event.preventDefault();
    const by = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
    const now = Number.parseFloat(event.target.value) || 0;
    event.target.value = short(Math.min(Math.max(now + by, 0), 100));
    draw();
  });
}
