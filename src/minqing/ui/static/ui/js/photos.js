// Photos: shown before they are sent, taken out again with a tap, and made smaller first (which also drops where and
// with what they were taken). Without this module the browser's own file input sends them as they are.
const JPEG_QUALITY = 0.82;

async function smaller(file, longest) {
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // a kind that this browser cannot read: the server says so
  }
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
  if (!blob) return file;
  return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
}

// What was chosen before stays when more is chosen: a camera gives one photo at a time.
const kept = new WeakMap();

function put(input, files) {
  kept.set(input, files);
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  input.files = list.files;
  draw(input);
}

function draw(input) {
  const shelf = document.querySelector(`[data-photos-for="${input.id}"]`);
  if (!shelf) return;
  for (const old of shelf.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  shelf.replaceChildren();
  const files = [...input.files];
  files.forEach((file, place) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = `第 ${place + 1} 张照片`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `去掉第 ${place + 1} 张照片`);
    remove.addEventListener("click", () => {
      put(input, files.filter((_, other) => other !== place));
      say(input, "");
    });
    item.append(image, remove);
    shelf.append(item);
  });
  shelf.hidden = files.length === 0;
}

// What is being done with the photos, under them. There before it speaks, so that it is read out too.
function say(input, sentence) {
  const shelf = document.querySelector(`[data-photos-for="${input.id}"]`);
  if (!shelf) return;
  if (!shelf.nextElementSibling?.matches("[data-photos-note]")) {
    const made = document.createElement("p");
    made.className = "mq-hint";
    made.dataset.photosNote = "";
    made.setAttribute("role", "status");
    shelf.after(made);
  }
  shelf.nextElementSibling.textContent = sentence;
}

async function take(input, chosen) {
  const most = input.multiple ? Number(input.dataset.photosMax || 1) : 1;
  const room = most - (input.multiple ? (kept.get(input) ?? []).length : 0);
  const made = [];
  for (const file of chosen.slice(0, room)) {
    say(input, `照片正在处理（第 ${made.length + 1} 张，共 ${Math.min(room, chosen.length)} 张）…`);
    made.push(await smaller(file, Number(input.dataset.photos)));
  }
  put(input, [...(input.multiple ? (kept.get(input) ?? []) : []), ...made]);
  const left = chosen.length - made.length;
  say(input, left > 0 ? `最多 ${most} 张，只留下前 ${most} 张，另外 ${left} 张没有留下。` : "");
}

// One choice after the other, and a form is not sent half-made: what was tapped meanwhile is done when all are ready.
const preparing = new Map();

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !("photos" in input.dataset)) return;
  const form = input.form ?? input;
  const chosen = [...input.files];
  const before = preparing.get(form) ?? { done: Promise.resolve(), tapped: null };
  const own = { ...before, done: before.done.then(() => take(input, chosen)).catch(() => say(input, "")) };
  preparing.set(form, own);
  own.done.then(() => {
    if (preparing.get(form) !== own) return;
    preparing.delete(form);
    if (!own.tapped) return;
    own.tapped.show();
    if (form.isConnected) form.requestSubmit(own.tapped.button);
  });
});

document.addEventListener(
  "submit",
  (event) => {
    const now = preparing.get(event.target);
    if (!now) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (now.tapped) return;
    const button = event.submitter;
    const words = button?.querySelector("span") ?? button;
    const was = words?.textContent;
    if (words) words.textContent = "照片正在处理，好了就提交…";
    button?.setAttribute("aria-disabled", "true");
    now.tapped = {
      button,
      show() {
        if (words) words.textContent = was;
        button?.removeAttribute("aria-disabled");
      },
    };
  },
  true,
);
