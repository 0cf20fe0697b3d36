// Shows the button that prints the account; without a script the browser's own menu does.
"use strict";

(() => {
  const button = document.getElementById("print");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
