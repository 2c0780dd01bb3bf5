// 「听到什么」: every sentence becomes a button; a tap puts it, on its own line, into the findings' textarea, a second
// tap takes it out again. The textarea stays in sight and can be corrected by hand.
const SENTENCE = /[^。！？!?；;\n]+[。！？!?；;]*/g;
const lines = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);
const sentences = (text) => (text.match(SENTENCE) ?? []).map((one) => one.trim()).filter(Boolean);

function setUp(box) {
  const heard = document.getElementById(box.dataset.heard);
  const findings = document.getElementById(box.dataset.findings);
  const list = box.querySelector(".mq-sentences-list");
  if (!heard || !findings || box.dataset.ready) return;
  box.dataset.ready = "yes";

  const mark = () => {
    const chosen = new Set(lines(findings));
    for (const button of list.children) button.setAttribute("aria-pressed", String(chosen.has(button.textContent)));
  };
  const draw = () => {
    const said = [...new Set(sentences(heard.value))];
    list.replaceChildren(
      ...said.map((sentence) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "mq-sentence";
        button.textContent = sentence;
        return button;
      }),
    );
    box.hidden = said.length === 0;
    mark();
  };
  list.addEventListener("click", (event) => {
    const sentence = event.target.closest("button")?.textContent;
    if (!sentence) return;
    const chosen = lines(findings);
    const rest = chosen.filter((line) => line !== sentence);
    findings.value = (rest.length === chosen.length ? [...chosen, sentence] : rest).join("\n");
    findings.dispatchEvent(new Event("input", { bubbles: true }));
  });
  heard.addEventListener("input", draw);
  findings.addEventListener("input", mark);
  draw();
}
document.querySelectorAll("[data-sentences]").forEach(setUp);
document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll("[data-sentences]").forEach(setUp));
