// What all pages share: says what failed, keeps addresses short, and shows a page once there is one.
"use strict";

(() => {
  const toast = document.getElementById("toast");
  let hiding;

  function say(text) {
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(hiding);
    hiding = setTimeout(() => { toast.hidden = true; }, 8000);
  }

  // An error that came as a page has its reason in it; what is no answer at all has none.
  async function reason(response) {
    const page = new DOMParser().parseFromString(await response.clone().text(), "text/html");
    return page.querySelector("[data-reason]")?.textContent.trim() || toast.dataset.failed;
  }

  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status < 400) return;
    event.preventDefault(); // the page stays as it is
    if (ctx.response.status === 401) { location.reload(); return; } // to the log-in, and back here
    reason(ctx.response.raw).then(say);
  });
  // What is not asked for does not stand in the address.
  document.addEventListener("htmx:config:request", (event) => {
    const { method, body } = event.detail.ctx.request;
    if (method !== "GET" || !(body instanceof FormData)) return;
    [...body].filter(([, value]) => value === "").forEach(([name]) => body.delete(name));
  });
  // What stood in for the page is gone: now there is something to show, with scripts of its own.
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id === "coming" && !ctx.text.includes('id="coming"')) location.reload();
  });
  // What is shown once is chosen as a whole, to be copied.
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-copy]")) event.target.select();
  });
  document.addEventListener("htmx:error", (event) => {
    if (!event.target.closest?.("#live")) say(toast.dataset.away);
  });
})();
