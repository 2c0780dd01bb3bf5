// A template's words go into the text beside it where the cursor stands, without sending the form: chosen photos stay.
// Without this module the button posts the form, and the server puts the words in.
const NOBODY = "00000000-0000-0000-0000-000000000000";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-fill] button");
  if (!button) return;
  const box = button.closest("[data-fill]");
  const text = document.getElementById(box.dataset.fill);
  const chosen = box.querySelector("select").value;
  if (!text || !chosen) return;
  event.preventDefault();
  const answer = await fetch(box.dataset.fillWords.replace(NOBODY, chosen), { credentials: "same-origin" });
  if (!answer.ok) {
    button.closest("[data-fill]").removeAttribute("data-fill");
    button.form.requestSubmit(button);
    return;
  }
  const words = await answer.text();
  const [before, after] = [text.value.slice(0, text.selectionStart), text.value.slice(text.selectionEnd)];
  const gap = before && !before.endsWith("\n") ? "\n" : "";
  text.value = `${before}${gap}${words}${after}`;
  text.focus();
  const end = before.length + gap.length + words.length;
  text.setSelectionRange(end, end);
});
