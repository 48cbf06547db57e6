// A step and its question keep what is typed: a moment after the last key, and when the page is left.
"use strict";

const form = document.querySelector("form[data-draft]");
if (form) {
  const state = document.getElementById("draft-state");
  let timer = 0;
  let pending = false;

  const save = (last) => {
    clearTimeout(timer);
    if (!pending) return;
    pending = false;
    fetch(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: last, headers: { "X-Poll": "0" } })
      .then((answer) => { if (state) state.textContent = answer.ok ? "Kept, not saved yet" : ""; })
      .catch(() => { pending = true; });
  };

  // The question's fields belong to the form and stand outside it.
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    pending = true;
    clearTimeout(timer);
    timer = setTimeout(save, 600);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); pending = false; });
  addEventListener("pagehide", () => save(true));
}

// Where the page was asked for at a step, or comes back from a deed, go on there: at what is wrong, else at its heading.
const wrong = document.querySelector(".case__main .is-invalid") ?? document.querySelector("[data-focus]");
const came = location.search || document.querySelector("#notices .notice--success");
(wrong ?? (came ? document.getElementById("step-title") : null))?.focus();
