// Drop-down menus are <details>: a tap elsewhere or Escape closes them.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.mq-menu-drop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.mq-menu-drop[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
