// @ts-check
// Showing again who one is: the server asks for it before what gives or takes power, when the last
// code is older than fifteen minutes. The request that was refused is then sent again.

import { element } from "./dom.js";

const PROVE = "/api/v1/session/prove";
const DEADLINE_MS = 6000;

/** The dialog that is open: whatever else was refused meanwhile waits for it. @type {Promise<boolean> | null} */
let open = null;

/**
 * The answer of `send`, sent again once its person showed who they are. Whoever closes the dialog
 * gets the refusal.
 * @template {Response | null} T
 * @param {() => Promise<T>} send
 * @returns {Promise<T>}
 */
export async function proven(send) {
  const response = await send();
  if (response?.status !== 403) return response;
  const problem = await response.clone().json().catch(() => ({}));
  if (problem.title !== "prove_again") return response;
  open ??= asked(problem.by === "code").finally(() => (open = null));
  return (await open) ? send() : response;
}

/**
 * @param {boolean} byCode
 * @returns {Promise<boolean>}
 */
function asked(byCode) {
  const attributes = byCode
    ? { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "40" }
    : { type: "password", autocomplete: "current-password", maxlength: "200" };
  const input = /** @type {HTMLInputElement} */ (
    element("input", { id: "proof", name: "proof", required: "", spellcheck: "false", ...attributes })
  );
  const fault = element("p", { class: "prove-fault", role: "alert" });
  const cancel = element("button", { type: "button", class: "prove-cancel" }, "Cancelar");
  const form = element("form", { class: "prove-form" },
    element("h2", { id: "prove-title" }, "Confirme que es usted"),
    element("p", {}, "Pasaron más de quince minutos y este cambio da o quita permisos."),
    element("label", { for: "proof" }, byCode ? "Código de su aplicación" : "Su contraseña"),
    input,
    fault,
    element("button", { type: "submit", class: "primary" }, "Confirmar"),
    cancel);
  const dialog = /** @type {HTMLDialogElement} */ (
    element("dialog", { class: "prove", "aria-labelledby": "prove-title" }, form)
  );
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    let shown = false;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(shown);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.textContent = "";
      const refused = await refusal(input.value);
      if (refused === null) {
        shown = true;
        dialog.close();
      } else {
        fault.textContent = refused;
        input.value = "";
        input.focus();
      }
    });
  });
}

/**
 * Why the proof was refused, null when it was taken.
 * @param {string} proof
 * @returns {Promise<string | null>}
 */
async function refusal(proof) {
  const response = await fetch(PROVE, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ proof }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch(() => null);
  if (response?.ok) return null;
  if (response?.status === 401) {
    location.assign(`/sign-in?after=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const problem = await response?.json().catch(() => ({}));
  return problem?.detail ?? "El servidor no responde. Inténtelo otra vez.";
}
