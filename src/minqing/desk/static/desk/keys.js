// Keys of the desk: "?" shows them all; a letter goes to a page; in a form that is numbered Alt and a digit go to a field,
// Enter goes on to the next one (it never sends half a form), Ctrl+Enter sends. Single keys can be turned off (a cookie):
// whoever speaks to the computer would press them by accident.
const OFF = "mq_keys=off";
const YEAR = 31536000;
const dialog = document.getElementById("keys");
const form = document.querySelector("form#intake, form[data-numbered]");
const isTyping = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog");

document.documentElement.dataset.keys = document.cookie.includes(OFF) ? "off" : "on";

function controls() {
  const all = form.querySelectorAll("input, select, textarea");
  return [...all].filter((one) => one.type !== "hidden" && one.type !== "submit" && !one.disabled && one.tabIndex >= 0);
}

function number() {
  for (const [place, control] of controls().slice(0, 9).entries()) {
    control.setAttribute("aria-keyshortcuts", `Alt+${place + 1}`);
    const label = control.id && form.querySelector(`label[for="${CSS.escape(control.id)}"]`);
    if (!label || label.querySelector(".dk-kbd")) continue;
    const key = document.createElement("kbd");
    key.className = "dk-kbd";
    key.setAttribute("aria-hidden", "true"); // aria-keyshortcuts says it
    key.textContent = `Alt+${place + 1}`;
    label.append(key);
  }
}

function next(control) {
  const all = controls();
  const after = all[all.indexOf(control) + 1] ?? form.querySelector("button[data-key='s']");
  after?.focus();
}

if (form) {
  number();
  if (!document.querySelector("[data-focus]") && document.activeElement === document.body) controls()[0]?.focus();
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[data-key='s']") ?? undefined);
    } else if (event.target.matches("input:not([type=submit]):not([type=file])")) {
      event.preventDefault();
      next(event.target);
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (form && event.altKey && !event.ctrlKey && !event.metaKey && /^Digit[1-9]$/.test(event.code)) {
    const control = controls()[Number(event.code.slice(5)) - 1];
    if (control) {
      event.preventDefault();
      control.focus();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (event.key === "?" && dialog) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.key === "/") {
    const search = document.querySelector("main input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (/^[a-z]$/.test(event.key)) {
    // A key of the list at hand comes first.
    const go = !document.querySelector(`[data-key="${event.key}"]`) && dialog?.querySelector(`[data-go="${event.key}"]`);
    if (go) {
      event.preventDefault();
      location.assign(go.href);
    }
  }
});

const turn = dialog?.querySelector("[data-keys-turn]");
if (turn) {
  const say = () => {
    const isOff = document.documentElement.dataset.keys === "off";
    turn.textContent = isOff ? "打开单键快捷键" : "关掉单键快捷键";
  };
  turn.hidden = false;
  say();
  turn.addEventListener("click", () => {
    const off = document.documentElement.dataset.keys !== "off";
    document.documentElement.dataset.keys = off ? "off" : "on";
    document.cookie = `${off ? OFF : "mq_keys=on"}; path=/; max-age=${YEAR}; samesite=lax`;
    say();
  });
}
