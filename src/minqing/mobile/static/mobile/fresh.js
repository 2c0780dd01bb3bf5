// A phone keeps no stream open: that keeps its radio awake. When it is looked at again, or is online again, the page asks
// once whether something is new, and says so; nothing moves under whoever reads, and nothing typed is touched.
const note = document.querySelector("[data-fresh-note]");
const APART_MS = 60000; // what was asked within a minute is fresh
let askedAt = Date.now();
let isTyped = false;

async function fetched(to) {
  try {
    const answer = await fetch(to, { headers: { "X-By-Itself": "1" }, redirect: "error", cache: "no-store" });
    if (!answer.ok) return null; // in a crowd, too: whoever wants to know opens the page again
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

const listed = (page) =>
  [...page.querySelectorAll("[data-fresh] a[href]")]
    .map((one) => one.getAttribute("href"))
    .sort()
    .join();

async function isNew() {
  const now = note.dataset.freshNote;
  const told = await fetched(now || location.href);
  if (!told) return false;
  if (now) return Boolean(told.querySelector('[data-live-part="changes"]')?.textContent.trim());
  return told.querySelector("[data-fresh]") !== null && listed(told) !== listed(document);
}

async function ask() {
  if (document.hidden || !navigator.onLine || navigator.connection?.saveData) return;
  if (!note.hidden || Date.now() - askedAt < APART_MS) return;
  askedAt = Date.now();
  note.hidden = !(await isNew());
}

if (note) {
  document.addEventListener("visibilitychange", ask);
  addEventListener("online", ask);
  addEventListener("pageshow", (event) => event.persisted && ask());
  document.addEventListener("input", () => (isTyped = true));
  // What is typed stays in this window; the latest state opens beside it.
  note.addEventListener("click", () => {
    if (isTyped) note.target = "_blank";
  });
}
