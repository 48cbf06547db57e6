// What a page needs beyond HTML and htmx: small, and everything works without it.
"use strict";

// A button with data-copy="#id" copies that element's text and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.innerText;
  const label = (button.dataset.label ??= button.textContent);
  const done = await copy(text, source);
  button.textContent = done ? "Copied" : "Press Ctrl+C to copy";
  say(done ? "Copied" : "The text is selected. Press Ctrl+C to copy it.");
  setTimeout(() => { button.textContent = label; }, 2500);
});

// The clipboard wants https or this machine; elsewhere the text is selected for Ctrl+C.
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if ("select" in source) source.select();
    else getSelection().selectAllChildren(source);
    return false;
  }
}

// Tell screen readers, without moving the focus.
function say(text) {
  const notices = document.getElementById("notices");
  if (!notices) return;
  const line = document.createElement("p");
  line.className = "visually-hidden";
  line.textContent = text;
  notices.append(line);
  setTimeout(() => line.remove(), 4000);
}

// A button with data-print prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// The header's fold closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  const more = document.querySelector(".bar__more[open]");
  if (more && !more.contains(event.target)) more.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".bar__more[open]")?.removeAttribute("open");
});

// What a page or a swapped fragment has to say first takes the focus, so that the keyboard user hears it.
function goTo(said) {
  if (!said) return;
  if (!said.matches("input, select, textarea, button, a")) said.tabIndex = -1;
  said.focus({ preventScroll: true });
  said.scrollIntoView({ block: "nearest" });
}
const FIRST = "[data-focus], .is-invalid, .errorlist";
document.addEventListener("htmx:afterSettle", (event) => {
  goTo(event.detail.elt.querySelector?.(FIRST));
});
goTo(document.querySelector(FIRST));

// A screen that was left goes to the sign-in page by itself: ask how long the sign-in holds, and again then.
const timeLeft = document.body.dataset.timeLeft;
if (timeLeft) {
  const ask = async () => {
    let seconds = 60;
    try {
      const answer = await fetch(timeLeft, {
        headers: { "X-Poll": "1", "HX-Request": "true", "HX-Current-URL": location.href },
      });
      const away = answer.headers.get("HX-Redirect");
      if (away) return location.assign(away);
      seconds = (await answer.json()).seconds;
    } catch { /* The server is away for a moment: ask again. */ }
    setTimeout(ask, (seconds + 1) * 1000);
  };
  setTimeout(ask, 60000);
}
