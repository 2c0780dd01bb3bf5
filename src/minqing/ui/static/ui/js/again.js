// What was sent and not taken is sent again by loading the page of the answer again: the browser still has it.
const button = document.querySelector("[data-again]");
let left = Number(button?.dataset.again);

function tick() {
  button.disabled = left > 0;
  button.textContent = left > 0 ? `${left} 秒后可以再交` : "再交一次";
  left -= 1;
  if (left >= 0) setTimeout(tick, 1000);
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => location.reload());
  tick();
}
