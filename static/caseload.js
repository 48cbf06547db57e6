// A review at a keyboard's pace: j and k move, x ticks, a letter chooses the answer and its usual date.
"use strict";

const review = document.getElementById("review");
if (review) {
  const boxes = [...review.querySelectorAll("input[name=assignment]")];
  const on = review.elements.on;
  const because = review.elements.because;
  const answers = { c: "close", w: "letter", e: "keep", r: "reassign" };

  const at = () => boxes.indexOf(document.activeElement);
  const go = (step) => {
    const next = boxes[Math.min(Math.max(at() + step, 0), boxes.length - 1)];
    next?.focus();
    next?.closest("li").scrollIntoView({ block: "nearest" });
  };

  const choose = (answer) => {
    const radio = review.querySelector(`input[name=answer][value=${answer}]`);
    radio.checked = true;
    on.value = on.dataset[answer] ?? "";
  };

  review.addEventListener("change", (event) => {
    if (event.target.name === "answer") choose(event.target.value);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "x" && at() >= 0) boxes[at()].checked = !boxes[at()].checked;
    else if (answers[event.key]) {
      if (!boxes.some((box) => box.checked) && at() >= 0) boxes[at()].checked = true;
      choose(answers[event.key]);
      (event.key === "e" || event.key === "r" ? because : review.querySelector("button[type=submit]")).focus();
    } else return;
    event.preventDefault();
  });
}
