// A second tap does not send twice: a form with data-once shows that it is being sent and ignores further submits.
const AGAIN_AFTER_MS = 15000; // a lost answer must not lock the form for ever

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[data-was]")) {
    button.removeAttribute("aria-disabled");
    const words = button.querySelector("span") ?? button;
    words.textContent = button.dataset.was;
    delete button.dataset.was;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  const button = event.submitter;
  if (button) {
    // Not `disabled`: a disabled button's name and value would not be sent.
    const words = button.querySelector("span") ?? button;
    button.dataset.was = words.textContent;
    button.setAttribute("aria-disabled", "true");
    words.textContent = "正在提交…";
  }
  setTimeout(() => release(form), AGAIN_AFTER_MS);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-once]");
  if (form) release(form);
});
// Back from the browser's memory: the form may be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(release);
});
