// The call list by keyboard: j and k move from client to client, r, v, n and w log what came of the call.
"use strict";

(() => {
  const lines = () => [...document.querySelectorAll("[data-call]")];
  const here = () => document.activeElement?.closest?.("[data-call]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select")) return;
    const all = lines();
    if (event.key === "j" || event.key === "k") {
      const at = all.indexOf(here());
      const next = all[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), all.length - 1)];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (here()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) {
      here().querySelector(`[data-key="${CSS.escape(event.key)}"]`).click();
    } else return;
    event.preventDefault();
  });

  // After the list is drawn anew, the same client (or the one who took the place) has the focus again.
  let at = -1, id = "";
  document.addEventListener("htmx:beforeSwap", () => { at = lines().indexOf(here()); id = here()?.id ?? ""; });
  document.addEventListener("htmx:afterSettle", () => {
    if (at < 0 || here()) return;
    const same = lines().find((line) => line.id === id);
    (same ?? lines()[Math.min(at, lines().length - 1)])?.focus();
  });
})();
