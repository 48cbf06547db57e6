// Files that are too large are said before they are sent.
"use strict";

document.addEventListener("change", (event) => {
  const field = event.target.closest("input[data-most]");
  if (!field) return;
  const size = [...field.files].reduce((sum, file) => sum + file.size, 0) / 1e6;
  const most = Number(field.dataset.most);
  field.setCustomValidity(size > most ? `These have ${Math.ceil(size)} MB, and at most ${most} MB can be sent at once. Send fewer files, or use the command import_practice.` : "");
  field.reportValidity();
});
