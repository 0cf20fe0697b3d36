// Sends the chosen files one by one and shows the page anew; says what is wrong with one.
"use strict";

(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const chosen = form.querySelector("input[type=file]");
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");

  async function send(file) {
    const answer = await fetch(form.dataset.upload + encodeURIComponent(file.name), { method: "PUT", body: file });
    if (answer.ok) return;
    const problem = await answer.json().catch(() => ({}));
    throw new Error(`${file.name}: ${problem.detail || answer.status}`);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.hidden = true;
    try {
      for (const file of chosen.files) await send(file);
      window.location.reload();
    } catch (error) {
      said.textContent = error.message;
      said.hidden = false;
      button.disabled = false;
    }
  });
})();
