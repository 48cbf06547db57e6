// The search box, a combobox: the focus stays in it while the arrows walk the clients found. "/" goes to it, Enter opens
// a client (the first only where nobody else can be meant), Escape closes the list. Without this script it is a plain form, whose answer is a page with a list of links.
"use strict";

(() => {
  const form = document.querySelector("[data-find]");
  if (!form) return;
  const box = form.querySelector("input[type=search]");
  const list = form.querySelector("#found");
  const status = form.querySelector("[data-found-said]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");
  const says = () => box.value.trim().length > 1; // As much as is asked about while one types.

  const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "hits", "aria-expanded": false };
  for (const [name, value] of Object.entries(combobox)) box.setAttribute(name, value);

  let listening = false; // Whether an answer may be shown: not once the list was closed.
  let answered = null; // The text to which the list is the answer.
  let wanted = false; // Whether Enter waits for an answer, to open a client of it.

  const ask = () => {
    listening = true;
    htmx.trigger(box, "find");
  };

  const say = (text) => { status.textContent = text; };

  const activate = (option) => {
    active()?.setAttribute("aria-selected", false);
    option?.setAttribute("aria-selected", true);
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  };

  const show = (...lines) => {
    activate(null);
    if (lines.length) list.replaceChildren(...lines);
    list.removeAttribute("aria-busy");
    box.setAttribute("aria-expanded", options().length > 0);
    say(list.querySelector("[data-said]")?.textContent ?? "");
  };

  const open = () => {
    const [first] = options();
    const chosen = active() ?? (list.querySelector("[data-sure]") && first);
    if (chosen || !first) return chosen?.click();
    activate(first);
    const said = list.querySelector("[data-said]");
    const why = options().length > 1 ? "[data-several]" : "[data-not-sure]";
    said.textContent = form.querySelector(why).content.textContent;
    say(said.textContent);
  };

  const close = () => {
    listening = wanted = false;
    answered = null;
    htmx.trigger(box, "htmx:abort");
    list.replaceChildren();
    show();
  };

  const fail = () => {
    wanted = false;
    answered = null;
    show(form.querySelector("[data-no-answer]").content.cloneNode(true));
  };

  // ---- Keys and clicks

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // Each says whether the key is taken; one that is not does what it does in any box.
  const walk = (next) => {
    if (answered === box.value) activate(next(options(), options().indexOf(active())));
    else if (answered === null && says()) ask();
    return true;
  };
  const read = () => {
    activate(null);
    return false;
  };
  const keys = {
    ArrowDown: () => walk((all, at) => all[at + 1] ?? all[0]),
    ArrowUp: () => walk((all, at) => all[at - 1] ?? all.at(-1)),
    ArrowLeft: read,
    ArrowRight: read,
    Home: read,
    End: read,
    Escape: () => {
      if (listening) close();
      else if (box.value) {
        box.value = "";
        close();
      } else return false;
      return true;
    },
  };

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (keys[event.key]?.()) event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (answered === box.value) open();
    else if (box.value.trim()) {
      wanted = true;
      ask();
    }
  });

  // A click opens a client like any link, in another tab too; the focus stays in the box.
  list.addEventListener("mousedown", (event) => {
    if (event.target.closest("[role=option]")) event.preventDefault();
  });

  // The list belongs to the box: it goes when the focus leaves, or when one clicks elsewhere.
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });

  // ---- Questions and answers

  box.addEventListener("focus", () => {
    if (answered === null && says()) ask();
  });

  // While another text stands in the box, what is listed is the answer to an older one: it looks so, and no key opens it.
  box.addEventListener("input", () => {
    wanted = false;
    activate(null);
    say("");
    if (!says()) return close();
    listening = true;
    list.setAttribute("aria-busy", answered !== null && answered !== box.value);
  });

  box.addEventListener("htmx:beforeRequest", (event) => {
    if (!listening || answered === box.value) event.preventDefault();
  });

  // An answer that comes when the box holds another text is nobody's answer any more.
  const question = (event) => event.detail.requestConfig.formData.get("text");
  list.addEventListener("htmx:beforeSwap", (event) => {
    const current = listening && question(event) === box.value;
    event.detail.shouldSwap &&= current && event.detail.xhr.status === 200;
    if (current && event.detail.xhr.status !== 200) fail();
  });
  list.addEventListener("htmx:afterSwap", (event) => {
    answered = question(event);
    show();
    if (wanted) open();
    wanted = false;
  });

  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    box.addEventListener(failure, () => { if (listening) fail(); });
  }
})();
