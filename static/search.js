// The search box: "/" goes to it, arrows walk the clients found, Enter opens one, Escape closes the list.
"use strict";

(() => {
  const form = document.querySelector("[data-find]");
  if (!form) return;
  const box = form.querySelector("input[type=search]");
  const list = form.querySelector("#found");
  const status = form.querySelector("[data-found-said]");
  const links = () => [...list.querySelectorAll("a")];
  let answered = null; // The text to which the list is the answer.

  const close = () => {
    list.replaceChildren();
    status.textContent = "";
    answered = null;
  };

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  form.addEventListener("keydown", (event) => {
    const all = links();
    const here = all.indexOf(document.activeElement);
    const go = {
      ArrowDown: all[here + 1] ?? all[0],
      ArrowUp: here > 0 ? all[here - 1] : here === 0 ? box : all.at(-1),
      Home: here >= 0 ? all[0] : undefined,
      End: here >= 0 ? all.at(-1) : undefined,
    }[event.key];
    if (go) {
      event.preventDefault();
      go.focus();
    } else if (event.key === "Escape" && (all.length || here >= 0 || list.childElementCount)) {
      event.preventDefault();
      box.focus();
      close();
    }
  });

  // Enter opens the first client, as soon as the list is the answer to what stands in the box.
  let asked = null;
  let wanted = false;
  const openFirst = () => {
    wanted = false;
    links()[0]?.click();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim().length < 2) return;
    if (answered === box.value) return openFirst();
    wanted = true;
    box.dispatchEvent(new Event("find"));
  });

  // While another text stands in the box, what is listed is the answer to an older one, and looks so.
  box.addEventListener("input", () => {
    wanted = false;
    list.classList.toggle("find__list--older", answered !== null && answered !== box.value);
  });
  box.addEventListener("focus", () => {
    if (answered === null && box.value.trim().length > 1) box.dispatchEvent(new Event("find"));
  });

  // An answer that comes when the box holds another text is nobody's answer any more.
  list.addEventListener("htmx:beforeSwap", (event) => {
    asked = event.detail.requestConfig.formData.get("text");
    if (asked !== box.value) event.detail.shouldSwap = false;
  });

  list.addEventListener("htmx:afterSwap", () => {
    answered = asked;
    list.classList.remove("find__list--older");
    status.textContent = list.querySelector("[data-said]")?.textContent ?? "";
    if (wanted && answered === box.value) openFirst();
  });

  // Without an answer the form goes its plain way, to a page that says what is wrong.
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    box.addEventListener(failure, () => { if (wanted) form.submit(); });
  }

  // The list belongs to the box: it goes when the focus leaves both.
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
})();
