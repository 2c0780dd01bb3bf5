// Passkeys: ask the browser to make one or to sign with one, and send its answer with the form it stands in.
// <section data-passkey="make|sign" data-options="…" hidden> around a form with input[name=passkey] and a button.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options) {
  const asked = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) } };
  asked.excludeCredentials = known(options.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey: asked });
  return {
    ...outer(made),
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

async function sign(options) {
  const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
  const signed = await navigator.credentials.get({ publicKey: asked });
  const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
  return {
    ...outer(signed),
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

const outer = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
});

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    for (const other of document.querySelectorAll("[data-no-passkey]")) other.hidden = false;
    continue;
  }
  place.hidden = false;
  const form = place.querySelector("form");
  const says = place.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    const answer = form.elements.namedItem("passkey");
    if (answer.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    says.textContent = "请按浏览器的提示操作。";
    try {
      const options = JSON.parse(place.dataset.options);
      const act = place.dataset.passkey === "make" ? make : sign;
      answer.value = JSON.stringify(await act(options.publicKey ?? options));
    } catch (error) {
      says.textContent = error.name === "InvalidStateError" ? "这把通行密钥已经绑定过了。" : "没有完成，请再试一次，或改用验证码。";
      return;
    }
    form.submit();
  }, { capture: true });
}
