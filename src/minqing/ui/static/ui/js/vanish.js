// Takes what must not stay on a screen away after so many seconds, also from a page that "back" brings again.
function hide(element) {
  element.textContent = element.dataset.vanished ?? "";
  delete element.dataset.vanish;
}
for (const element of document.querySelectorAll("[data-vanish]")) {
  setTimeout(() => hide(element), Number(element.dataset.vanish) * 1000);
}
addEventListener("pagehide", () => document.querySelectorAll("[data-vanish]").forEach(hide));
