// Links to "#id" of a <dialog> open it as a modal; without this module the address alone shows it (:target).
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.querySelector(opener.getAttribute("href"));
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-closes]");
  const open = closer?.closest("dialog[open]");
  if (open) {
    event.preventDefault();
    open.close();
    return;
  }
  // A tap beside the dialog closes it: the backdrop belongs to the dialog, its content to the form inside.
  if (event.target instanceof HTMLDialogElement && event.target.open && event.target.matches(":modal")) {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside) event.target.close();
  }
});
