// “用我现在的位置”: fills hidden longitude, latitude and accuracy on a tap, and says in words how it went.
const WAIT_MS = 15000;
const WHY = {
  1: "没有得到定位许可。可以在浏览器设置里允许定位，或直接写明地点。",
  2: "现在定不了位，请直接写明地点。",
  3: "等了 15 秒还没有定到位，请到开阔处再试，或直接写明地点。",
};
function show(root) {
  if (!("geolocation" in navigator) || !isSecureContext) return;
  for (const button of root.querySelectorAll("[data-locate][hidden]")) button.hidden = false;
}
show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-locate]");
  if (!button) return;
  const says = button.parentElement.querySelector("[data-locate-says]");
  const fill = (id, value) => {
    const input = id && document.getElementById(id);
    if (input) input.value = value;
  };
  button.setAttribute("aria-disabled", "true");
  says.textContent = "正在定位…";
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      fill(button.dataset.lon, coords.longitude.toFixed(6));
      fill(button.dataset.lat, coords.latitude.toFixed(6));
      fill(button.dataset.accuracy, Math.ceil(coords.accuracy));
      says.textContent = `已定位，误差约 ${Math.ceil(coords.accuracy)} 米。`;
      button.removeAttribute("aria-disabled");
      button.dispatchEvent(new CustomEvent("mq:located", { bubbles: true, detail: coords }));
    },
    (error) => {
      says.textContent = WHY[error.code] ?? WHY[2];
      button.removeAttribute("aria-disabled");
    },
    { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 60000 },
  );
});
