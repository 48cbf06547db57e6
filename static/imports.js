// Files that are too large are said before they are sent; while they are sent and read, that is said.
"use strict";

document.addEventListener("change", (event) => {
  const field = event.target.closest("input[data-most]");
  if (!field) return;
  const size = [...field.files].reduce((sum, file) => sum + file.size, 0) / 1e6;
  const most = Number(field.dataset.most);
  field.setCustomValidity(size > most ? `These have ${Math.ceil(size)} MB, and at most ${most} MB can be sent at once. Send fewer files, split a large one, or export a shorter span of time.` : "");
  field.reportValidity();
});

document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button[type=submit]");
  if (!button || !event.target.querySelector("input[data-most]")) return;
  button.textContent = "Sending and reading …";
  button.disabled = true;
});
