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
    remove.addEventListener("click", () => put(input, files.filter((_, other) => other !== place)));
    item.append(image, remove);
    shelf.append(item);
  });
  shelf.hidden = files.length === 0;
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !("photos" in input.dataset)) return;
  const form = input.form;
  if (form) form.dataset.sending = "yes"; // not to be sent half-made
  try {
    const most = Number(input.dataset.photosMax || 1);
    const before = input.multiple ? (kept.get(input) ?? []) : [];
    const made = [];
    for (const file of input.files) made.push(await smaller(file, Number(input.dataset.photos)));
    put(input, [...before, ...made].slice(0, input.multiple ? most : 1));
  } finally {
    if (form) delete form.dataset.sending;
  }
});
