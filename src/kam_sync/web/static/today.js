// Today and the page of an alert by keyboard, and what keeps their place when they are fetched anew.
"use strict";

(() => {
  const help = document.getElementById("keys");
  if (!help) return;
  const said = document.getElementById("said");
  let at = 0; // the place of the row that has, or had, the focus
  let held = ""; // its id
  let wasInside = false;

  const rows = () => [...document.querySelectorAll("[data-row]:not([data-alone])")];
  const slots = () => [...document.querySelectorAll(".slot")].filter((one) => one.querySelector("form"));
  const current = () => document.activeElement.closest("[data-row]")
    ?? document.getElementById(held) ?? rows()[at] ?? document.querySelector("[data-row]");

  // One row can be reached by the Tab key; the arrows move on from it.
  function rove() {
    const all = rows();
    const kept = all.findIndex((one) => one.id === held);
    at = kept >= 0 ? kept : Math.min(at, Math.max(all.length - 1, 0));
    all.forEach((one, place) => { one.tabIndex = place === at ? 0 : -1; });
    held = all[at]?.id ?? "";
    return all[at];
  }

  function move(by) {
    const all = rows();
    if (!all.length) return;
    const inside = document.activeElement.closest("[data-row]");
    const to = inside ? all.indexOf(inside) + by : at;
    held = all[Math.min(Math.max(to, 0), all.length - 1)].id;
    rove().focus();
    rows()[at].scrollIntoView({ block: "nearest" });
  }

  function close(slot) {
    slot.replaceChildren();
    const row = slot.closest("[data-row]");
    (row.tabIndex >= 0 ? row : row.querySelector("[data-key]")).focus();
  }

  function press(key) {
    if (key === "?") return help.showModal();
    if (key === "/") return document.getElementById("q")?.focus();
    if (key === "j" || key === "ArrowDown") return move(1);
    if (key === "k" || key === "ArrowUp") return move(-1);
    const name = CSS.escape(key);
    const undo = key === "u" && document.querySelector(".notice [data-key]");
    (undo || current()?.querySelector(`[data-key="${name}"]`))?.click();
  }

  // Letters keep their place on a Russian keyboard, so of them the place of the key counts.
  const known = new Set("?/jkasetrgcu");
  const named = ({ code, key, shiftKey }) => (/^Key[A-Z]$/.test(code) && !shiftKey ? code[3].toLowerCase() : key);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help.open) return;
    const place = event.target;
    if (event.key === "Escape") {
      const menu = document.querySelector(".menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); } else if (slots()[0]) close(slots()[0]);
      return;
    }
    if (place.closest("input, select, textarea, form.act")) return;
    const isRow = place.matches("[data-row]");
    const key = named(event);
    const isOfRow = key === "ArrowDown" || key === "ArrowUp" || key === "Enter";
    if (known.has(key) || (isRow && isOfRow)) {
      event.preventDefault();
      press(key);
    }
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]:not([data-alone])");
    if (row) { held = row.id; rove(); }
  });
  document.addEventListener("click", (event) => {
    const menu = event.target.closest(".menu");
    for (const one of document.querySelectorAll(".menu[open]")) {
      if (one !== menu || event.target.closest("[data-key]")) one.open = false;
    }
    const cancel = event.target.closest("[data-cancel]");
    if (cancel?.closest(".slot")) { event.preventDefault(); close(cancel.closest(".slot")); }
    if (event.target.closest("#keys-open")) help.showModal();
    if (event.target.closest("#news button")) fetchAnew();
  });

  function fetchAnew() {
    document.getElementById("news").hidden = true;
    const part = document.querySelector('[hx-trigger="fresh"]');
    if (part) htmx.trigger(part, "fresh");
  }
  // Who writes in a form is not disturbed.
  document.getElementById("live").addEventListener("alerts", () => {
    const isBusy = slots().length || document.querySelector(".menu[open]") || help.open;
    if (isBusy) document.getElementById("news").hidden = false;
    else fetchAnew();
  });

  document.addEventListener("htmx:before:swap", () => {
    wasInside = Boolean(document.activeElement.closest("[data-row], .notice"));
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target;
    ready();
    if (target?.matches?.(".cause")) return;
    if (target?.matches?.(".slot")) {
      slots().filter((one) => one.id !== target.id).forEach((one) => one.replaceChildren());
      document.getElementById(target.id)?.querySelector("input:not([type=hidden]), button")?.focus();
      return;
    }
    const notice = document.querySelector(".notice p")?.textContent.trim() ?? "";
    if (said.textContent !== notice) said.textContent = notice;
    if (wasInside) (rove() ?? document.querySelector(".notice button, [data-row] [data-key]"))?.focus();
  });

  function ready() {
    document.getElementById("keys-open").hidden = false;
    rove();
  }
  ready();
})();
