// Says when there is no network, and what to do when an answer did not come.
const note = document.querySelector("[data-offline-note]");
const tell = () => {
  if (note) note.hidden = navigator.onLine;
};
addEventListener("online", tell);
addEventListener("offline", tell);
tell();

function say(sentence) {
  const region = document.getElementById("messages");
  if (!region) return;
  const box = document.createElement("div");
  box.className = "mq-alert mq-alert-wrong";
  box.setAttribute("role", "alert");
  box.textContent = sentence;
  region.replaceChildren(box);
  region.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:sendError", () => say("没有连上服务器，刚才的内容没有取到。请检查网络后重试。"));
document.addEventListener("htmx:timeout", () => say("等得太久，刚才的内容没有取到。请重试。"));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const { status } = xhr;
  const seconds = Number(xhr.getResponseHeader("Retry-After"));
  if (status === 403) say("您现在的任职不能做这一步。请切换任职，或联系系统管理员。");
  else if (status === 404) say("没有找到这一项，它可能已经移走。请刷新本页。");
  else if (status === 413) say("写得太长了，没有收下。您填的内容还在，请删短一些再试。");
  else if (status === 429 && seconds > 0 && seconds <= 60)
    say(`现在人多，这一步还没有办。您填的内容还在，请等 ${seconds} 秒再试。`);
  else if (status === 429) say("操作太频繁了，请等几分钟再试。");
  else say("系统出了问题，这一步没有办成。请刷新后再试。");
});
