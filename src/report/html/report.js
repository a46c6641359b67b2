// Filters and searches the results. The page holds everything and reads well without this script, which only hides and
// shows, opens and closes; it makes no element from a name and asks the network for nothing.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const inputs = { q: byId("f-text"), unit: byId("f-unit"), pack: byId("f-pack"), check: byId("f-check") };
  const boxes = { status: [...form.querySelectorAll("[name=status]")], severity: [...form.querySelectorAll("[name=severity]")] };
  const words = (element) => element.textContent.toLowerCase().replace(/\s+/g, " ");

  // What can be shown or hidden, with its text; read once, when first needed.
  const checks = [...document.querySelectorAll("details.check")].map((element) => ({
    element,
    name: element.dataset.check,
    pack: element.dataset.pack,
    wasOpen: element.open,
    cases: [...element.querySelectorAll("details.case")].map((one) => ({
      element: one,
      wasOpen: one.open,
      status: one.dataset.status,
      severity: one.dataset.severity,
      rows: [...one.querySelectorAll("li.result")].map((row) => ({
        element: row,
        unit: row.dataset.unit,
        covers: row.dataset.covers !== undefined,
      })),
    })),
  }));
  const all = checks.reduce((n, check) => n + check.cases.reduce((m, one) => m + one.rows.length, 0), 0);

  const prepare = () => {
    prepare.done = true;
    for (const check of checks) {
      const head = words(check.element.querySelector("summary"));
      for (const one of check.cases) {
        const body = [...one.element.querySelectorAll(":scope > summary, :scope > .body > :not(.subjects)")];
        one.text = head + " " + body.map(words).join(" ");
        for (const row of one.rows) row.text = words(row.element);
      }
    }
  };

  const units = new Set();
  for (const check of checks) for (const one of check.cases) for (const row of one.rows) if (row.unit) units.add(row.unit);
  const names = byId("unit-names");
  for (const unit of [...units].sort()) {
    const option = document.createElement("option");
    option.value = unit;
    names.append(option);
  }

  const below = (unit, top) => unit === top || unit.startsWith(top === "/" ? "/" : top + "/");

  // A path that is known stands for itself and what is below it, and for results of units above it that speak for it
  // because the check has none nearer. Anything else is part of a name.
  const unitFilter = (wanted, check) => {
    if (!wanted) return () => true;
    const rows = check.cases.flatMap((one) => one.rows).filter((row) => row.unit);
    if (!wanted.startsWith("/") || ![...units].some((unit) => below(unit, wanted))) {
      const part = wanted.toLowerCase();
      return (row) => row.unit !== undefined && row.unit.toLowerCase().includes(part);
    }
    const above = rows.filter((row) => row.covers && below(wanted, row.unit)).map((row) => row.unit);
    const nearest = above.reduce((best, unit) => (best === null || unit.length > best.length ? unit : best), null);
    return (row) => row.unit !== undefined && (below(row.unit, wanted) || (row.covers && row.unit === nearest));
  };

  const state = () => {
    const picked = (list) => list.filter((box) => box.checked).map((box) => box.value);
    return {
      q: inputs.q.value.trim(),
      unit: inputs.unit.value.trim(),
      pack: inputs.pack.value,
      check: inputs.check.value,
      status: picked(boxes.status),
      severity: picked(boxes.severity),
    };
  };

  const active = (now) => Object.values(now).some((value) => value.length > 0);

  const apply = () => {
    const now = state();
    const filtering = active(now);
    const terms = now.q.toLowerCase().split(/\s+/).filter(Boolean);
    if (terms.length > 0 && !prepare.done) prepare();
    let shown = 0;
    for (const check of checks) {
      const fits = (!now.pack || check.pack === now.pack) && (!now.check || check.name === now.check);
      const inUnit = unitFilter(now.unit, check);
      let here = 0;
      for (const one of check.cases) {
        const wanted = fits
          && (now.status.length === 0 || now.status.includes(one.status))
          && (now.severity.length === 0 || now.severity.includes(one.severity));
        let rows = 0;
        for (const row of one.rows) {
          const show = wanted && inUnit(row) && terms.every((term) => row.text.includes(term) || one.text.includes(term));
          row.element.hidden = !show;
          if (show) rows += 1;
        }
        one.element.hidden = rows === 0;
        one.here = rows;
        here += rows;
      }
      check.element.hidden = here === 0;
      shown += here;
      check.here = here;
    }
    // What was looked for lies open, as far as that saves a search by eye.
    const lay = (part, few) => {
      part.element.open = filtering ? part.here > 0 && shown <= few : part.wasOpen;
    };
    for (const check of checks) {
      lay(check, 200);
      for (const one of check.cases) lay(one, 20);
    }
    const count = (n) => n.toLocaleString("en") + (n === 1 ? " result" : " results");
    byId("shown").textContent = filtering ? shown.toLocaleString("en") + " of " + count(all) : count(all);
    byId("nothing").hidden = shown > 0 || all === 0;
    remember(now, filtering);
  };

  // The filters are kept in the address, so that a view can be passed on with the file.
  const remember = (now, filtering) => {
    const given = new URLSearchParams();
    for (const [key, value] of Object.entries(now)) if (value.length > 0) given.set(key, Array.isArray(value) ? value.join(",") : value);
    const hash = filtering ? "#" + given : "";
    if (location.hash.includes("=") || filtering) history.replaceState(null, "", hash || location.pathname + location.search);
  };

  const recall = () => {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) {
      reveal(hash);
      return;
    }
    const given = new URLSearchParams(hash);
    for (const [key, input] of Object.entries(inputs)) input.value = given.get(key) ?? "";
    for (const [key, list] of Object.entries(boxes)) {
      const picked = (given.get(key) ?? "").split(",");
      for (const box of list) box.checked = picked.includes(box.value);
    }
    apply();
  };

  // A link leads to a check or a result, which may be closed.
  const reveal = (id) => {
    const target = id && byId(id);
    if (!target || !target.closest("#results")) return;
    if (target.hidden || target.closest("[hidden]")) form.reset();
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    target.scrollIntoView();
  };

  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply, 0));
  const everything = (open) => {
    for (const check of checks) {
      check.element.open = open;
      for (const one of check.cases) one.element.open = open;
    }
  };
  byId("open-all").addEventListener("click", () => everything(true));
  byId("close-all").addEventListener("click", () => everything(false));
  for (const link of document.querySelectorAll("a.to-status")) {
    link.addEventListener("click", (event) => {
      const box = boxes.status.find((one) => one.value === link.dataset.status);
      if (!box) return;
      event.preventDefault();
      for (const other of boxes.status) other.checked = other === box;
      apply();
      byId("results").scrollIntoView();
      box.focus({ preventScroll: true });
    });
  }
  for (const link of document.querySelectorAll("a[href^='#c']")) {
    link.addEventListener("click", () => reveal(link.getAttribute("href").slice(1)));
  }
  window.addEventListener("hashchange", recall);

  // Paper has no place to click.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    closed = [];
  });

  form.hidden = false;
  recall();
})();
