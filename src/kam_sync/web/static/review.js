// Lets questions be answered one after another by keyboard: y, n, s and u.
"use strict";

(() => {
  const questions = () => [...document.querySelectorAll(".question")];
  let at = 0;

  function go(to) {
    const all = questions();
    if (!all.length) return;
    at = Math.max(0, Math.min(to, all.length - 1));
    all.forEach((one, index) => one.classList.toggle("is-current", index === at));
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  }

  // Letters keep their place on a Russian keyboard, so the place of the key counts.
  const keys = { KeyY: "y", KeyN: "n", KeyS: "s", KeyU: "u" };

  document.addEventListener("keydown", (event) => {
    const key = keys[event.code];
    if (!key || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const all = questions();
    const here = all.indexOf(event.target.closest(".question"));
    if (key === "u") {
      document.querySelector(".happened form button")?.click();
    } else if (key === "s") {
      go(here < 0 && !all.some((one) => one.classList.contains("is-current")) ? 0 : (here < 0 ? at : here) + 1);
    } else {
      if (here >= 0) at = here;
      all[at]?.querySelector(`[data-key="${key}"]`)?.click();
    }
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const here = questions().indexOf(event.target.closest(".question"));
    if (here >= 0) {
      at = here;
      questions().forEach((one, index) => one.classList.toggle("is-current", index === at));
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target.closest?.("#review") || document.activeElement === document.body) go(at);
  });
})();
