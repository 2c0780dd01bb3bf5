// Hears over one stream what changed (minqing.live), and asks by ordinary addresses what of it this page shows. Rows get
// their new clock where they stand; nothing moves under whoever reads, and nothing typed is touched: what is new waits
// behind a link. Without a stream the page stays what it is: as it was when it was opened.
const place = document.querySelector("[data-live]");
const AGAIN_MS = 2000; // after a stream broke: at least this, and up to as much as it has failed, by chance,
const AGAIN_MS_MAX = 300000; // so that not everybody comes back at once
const SILENT_MS_MAX = 50000; // the server says something every twenty seconds
const HIDDEN_MS_MAX = 60000; // a window nobody looks at gives its stream back
const IDLE_MS_MAX = 600000; // who has typed nothing for so long has nothing in hand
const ASK_APART_MS = 3000; // and the longer, the more was asked within the last minute: about four times a minute
const ASK_SHARE = 10; // asking takes at most a tenth of the time, however slow the link
const IDS_MAX = 100;
const NAMES_MAX = 3;

let stream = null;
let last = ""; // up to where we were told
let failures = 0;
let isOver = false;
let doing = false;
let typedAt = 0;
let againTimer, silenceTimer, hiddenTimer, askTimer;
const news = new Set(); // cases to ask about
const waiting = new Set(); // cases that a refresh would bring or take away
let missed = false;
let nextAskAt = 0;
let askedAt = [];
let isAsking = false;

function address() {
  const to = new URL(place.dataset.live, location.href);
  if (place.dataset.liveCase) to.searchParams.set("case", place.dataset.liveCase);
  if (doing) to.searchParams.set("doing", "1");
  if (last) to.searchParams.set("last", last);
  to.searchParams.set("age", (performance.now() / 1000).toFixed(1));
  return to;
}

function close() {
  clearTimeout(againTimer);
  clearTimeout(silenceTimer);
  stream?.close();
  stream = null;
}

function open() {
  close();
  if (isOver || (document.hidden && !doing)) return;
  const own = new EventSource(address(), { withCredentials: true });
  stream = own;
  const hear = (kind, then) =>
    own.addEventListener(kind, (event) => {
      if (own !== stream) return;
      failures = 0;
      if (event.lastEventId) last = event.lastEventId;
      listen();
      then(JSON.parse(event.data));
    });
  hear("beat", () => {});
  hear("cases", ({ ids }) => heard(ids));
  hear("missed", () => {
    missed = true;
    heard([]);
  });
  hear("present", ({ people }) => show(people));
  hear("end", ({ why }) => {
    close();
    show([]);
    if (why === "changed") again();
    else isOver = why === "over"; // "elsewhere": until this window is looked at again
  });
  own.addEventListener("error", () => {
    if (own === stream) again();
  });
  listen();
}

function listen() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(again, SILENT_MS_MAX);
}

function again() {
  close();
  show([]); // who is not heard of is not said to be there
  failures += 1;
  const most = Math.min(AGAIN_MS * 2 ** failures, AGAIN_MS_MAX);
  againTimer = setTimeout(open, AGAIN_MS + Math.random() * most);
}

function heard(ids) {
  for (const id of ids) news.add(id);
  clearTimeout(askTimer);
  if (document.hidden) return; // asked when somebody looks
  const wait = Math.max(100 + Math.random() * 400, nextAskAt - performance.now());
  askTimer = setTimeout(ask, wait);
}

async function fetched(to) {
  try {
    const answer = await fetch(to, { headers: { "X-By-Itself": "1" }, redirect: "error", cache: "no-store" });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // as before: whoever wants to know opens the page again
  }
}

async function ask() {
  if (isAsking) return; // what came meanwhile is asked next
  isAsking = true;
  const begun = performance.now();
  const isDone = await (place.dataset.liveCase ? askCase() : askList());
  const now = performance.now();
  askedAt = [...askedAt.filter((at) => now - at < 60000), now];
  const apart = ASK_APART_MS * Math.max(1, askedAt.length / 2) ** 2;
  nextAskAt = now + Math.max(apart, (now - begun) * ASK_SHARE);
  isAsking = false;
  if (isDone && news.size) heard([]);
}

// A list: its rows where they stand, its numbers, and how many cases a refresh would bring or take away.
const rowOf = (id) => document.querySelector(`[data-case="${CSS.escape(id)}"]`);

async function askList() {
  const ids = [...news].slice(0, IDS_MAX);
  const to = new URL(place.dataset.liveList, location.href);
  to.searchParams.set("since", document.querySelector("[data-live-since]").dataset.liveSince);
  for (const id of ids) to.searchParams.append("case", id);
  const told = await fetched(to);
  if (!told) return false;
  const isNew = new Set(told.querySelector("[data-live-new]")?.dataset.liveNew.split(" "));
  for (const id of ids) {
    news.delete(id);
    const here = rowOf(id);
    const there = told.querySelector(`[data-case="${CSS.escape(id)}"]`);
    if (here && there) renew(here, there);
    else if (here) leave(here);
    if (here ? !there : isNew.has(id)) waiting.add(id);
    else waiting.delete(id);
  }
  recount(told);
  tellList();
  const numbers = document.querySelector("[data-live-numbers]");
  if (numbers && ids.length) {
    const page = await fetched(location.href);
    const found = page?.querySelector("[data-live-numbers]");
    if (found) {
      numbers.replaceChildren(...found.childNodes);
      countSteps(page);
    }
  }
  return true;
}

// By step: numbers where they stand, and nothing in one that is empty now. A step that comes in waits for a refresh, for
// it would move what stands below; so does everything when there is a column more.
function countSteps(page) {
  const steps = (of) => [...of.querySelectorAll("[data-live-step]")];
  const now = new Map(steps(page).map((row) => [row.dataset.liveStep, row]));
  for (const row of steps(document)) {
    const there = now.get(row.dataset.liveStep);
    if (there && there.cells.length !== row.cells.length) return;
    for (const [place, cell] of [...row.cells].entries()) {
      const words = there ? there.cells[place].textContent : "–";
      if (place === 0 || cell.textContent === words || cell.contains(document.activeElement)) continue;
      if (there) cell.replaceChildren(...there.cells[place].childNodes);
      else cell.textContent = words;
    }
  }
}

function recount(told) {
  for (const one of told.querySelectorAll("[data-count]")) {
    const own = document.querySelector(`[data-count="${CSS.escape(one.dataset.count)}"]`);
    if (own && own.textContent !== one.textContent) own.textContent = one.textContent;
  }
}

function parts(here, there) {
  for (const own of here.querySelectorAll("[data-live-part]")) {
    const one = there.querySelector(`[data-live-part="${own.dataset.livePart}"]`);
    if (one && own.innerHTML !== one.innerHTML) own.replaceChildren(...one.childNodes);
  }
}

function renew(here, there) {
  here.classList.remove("dk-live-gone");
  parts(here, there);
  const [tick, now] = [here, there].map((one) => one.querySelector("input[name=case]"));
  // One that is ticked keeps the leg at which it was ticked: the act on many then says that somebody was quicker.
  if (tick && now && !tick.checked) tick.value = now.value;
}

function leave(here) {
  if (here.classList.contains("dk-live-gone")) return;
  here.classList.add("dk-live-gone");
  const clock = here.querySelector('[data-live-part="clock"]');
  if (clock) clock.textContent = "已不在这个列表里";
}

function tellList() {
  const bar = place.querySelector("[data-live-bar]");
  bar.textContent = waiting.size
    ? `有 ${waiting.size} 件新变化，点这里刷新`
    : "刚才断开过，点这里看有没有新变化";
  bar.hidden = !waiting.size && !missed;
}

document.addEventListener("htmx:afterSwap", (event) => {
  const bar = place?.querySelector("[data-live-bar]");
  if (!bar || event.detail.requestConfig?.elt !== bar) return;
  bar.hidden = true;
  waiting.clear();
  missed = false;
  document.querySelector(bar.getAttribute("hx-target"))?.focus({ preventScroll: true });
});

// A case: where it stands, who did something to it, and who else has it in hand.
async function askCase() {
  news.clear();
  missed = false;
  const told = await fetched(place.dataset.liveNow);
  if (!told) return false;
  parts(document, told);
  const changes = place.querySelector('[data-live-part="changes"]');
  changes.hidden = !changes.textContent.trim();
  return true;
}

function show(people) {
  const note = place.querySelector("[data-live-present]");
  if (!note) return;
  const names = people.slice(0, NAMES_MAX).join("、") + (people.length > NAMES_MAX ? "等" : "");
  note.textContent = people.length ? `${names}正在办这件事。` : "";
  note.hidden = !people.length;
}

const isTyped = () => typedAt > 0;

// Whoever unfolds a step, goes into its form or types has it in hand.
function begin(event) {
  if (!event.target.closest?.("#do .dk-step")) return;
  typedAt = performance.now();
  if (doing) return;
  doing = true;
  open();
}

if (place?.dataset.liveCase) {
  for (const kind of ["input", "change"]) document.addEventListener(kind, begin);
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input, select")) begin(event);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("summary")) begin(event);
  });
  setInterval(() => {
    if (!doing || performance.now() - typedAt < IDLE_MS_MAX) return;
    doing = false;
    open();
  }, 30000);
  // What is typed stays in this window; the latest state opens beside it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-live-latest]");
    if (link && isTyped()) link.target = "_blank";
  });
}

if (place) {
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) {
      hiddenTimer = setTimeout(() => doing || close(), HIDDEN_MS_MAX);
      return;
    }
    if (!stream) open();
    if (news.size || missed) heard([]);
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
}
