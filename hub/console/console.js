// Makes the console quicker for those who have scripts. Every page works without it.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (element) => element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // What only scripts can do shows only where they run: <button hidden data-script>
  const reveal = (root) => all("[data-script]", root).forEach((element) => { element.hidden = false; });
  reveal(document);

  // A part takes the place of an older one; what was scrolled sideways stays so: regions are known by their ids or labels.
  const regions = (root) => [root, ...all(".scroll", root)].filter((element) => element.matches(".scroll")).map((region) =>
    [region.id || region.getAttribute("aria-labelledby") || region.getAttribute("aria-label"), region]);
  const exchange = (old, fresh) => {
    const places = new Map(regions(old).map(([name, region]) => [name, region.scrollLeft]));
    old.replaceWith(fresh);
    reveal(fresh);
    regions(fresh).forEach(([name, region]) => { region.scrollLeft = places.get(name) ?? 0; });
  };

  // Copy: <p class="cmd"><code>…</code><button hidden data-script data-copy>Copy</button></p>
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = button.dataset.copy || "Copied";
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });

  // A choice that takes effect at once: <form data-auto>; its own button disappears.
  all("form[data-auto]").forEach((form) => {
    all("button", form).forEach((button) => { button.hidden = true; });
    form.addEventListener("change", () => form.requestSubmit());
  });

  // Narrow what is on the page: <input data-filter="#sites"> hides rows of that table.
  all("[data-filter]").forEach((input) => {
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      all("tbody tr:not(:has(> .group))", document.querySelector(input.dataset.filter)).forEach((row) => {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      });
    });
  });

  // Search while typing: <form data-search="#results"> posts itself and exchanges that element.
  all("form[data-search]").forEach((form) => {
    let timer, running;
    const ask = async () => {
      running?.abort();
      running = new AbortController();
      try {
        const answer = await fetch(form.action, { method: form.method, body: new URLSearchParams(new FormData(form)), signal: running.signal });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(form.dataset.search), old = document.querySelector(form.dataset.search);
        if (fresh && old) exchange(old, fresh);
      } catch { /* the form's button still works */ }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 180); });
  });

  // Figures that stay fresh: <main data-live-events="/live"> hears of news, asks for its own page, and exchanges every
  // [data-live][id] that has changed, unless somebody is in it. A [data-live-hidden][id] stays, opened or not, and comes and goes.
  const main = document.querySelector("main[data-live-events]");
  if (main) {
    let asking = false, again = false;
    const refresh = async () => {
      if (document.hidden || asking) { again = true; return; }
      asking = true;
      again = false;
      try {
        const answer = await fetch(location.href, { headers: { "Tributary-Refresh": "1" } });
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          all("[data-live][id]").forEach((old) => {
            const fresh = page.getElementById(old.id);
            if (fresh && !old.contains(document.activeElement) && fresh.innerHTML !== old.innerHTML) exchange(old, fresh);
          });
          all("[data-live-hidden][id]").forEach((old) => { old.hidden = page.getElementById(old.id)?.hidden ?? old.hidden; });
          all("[data-filter]").forEach((input) => input.dispatchEvent(new Event("input")));
        }
      } catch { /* the next event asks once more */ }
      asking = false;
      if (again) setTimeout(refresh, 1000);
    };
    // A browser has few lines to one host: a page that nobody sees takes none.
    let events;
    const listen = () => {
      events?.close();
      events = undefined;
      if (document.hidden) return;
      events = new EventSource(main.dataset.liveEvents);
      events.addEventListener("news", refresh);
      events.addEventListener("beat", refresh);
      if (again) refresh();
    };
    document.addEventListener("visibilitychange", () => { again = true; listen(); });
    addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
    addEventListener("pagehide", () => events?.close());
    listen();
  }

  // Times are shown in this browser's zone from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`tributary-zone=${encodeURIComponent(zone)}`)) {
    document.cookie = `tributary-zone=${encodeURIComponent(zone)}; Path=/; SameSite=Lax; Max-Age=31536000`;
  }

  // Choosing rows: <form data-bulk> with checkboxes in .pick, one of them data-all, and an <output>.
  const form = document.querySelector("[data-bulk]");
  const boxes = form ? all("tbody .pick input", form) : [];
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length, output = form.querySelector("output"), every = form.querySelector("[data-all]");
    if (output) output.textContent = output.dataset.text.replace("#", chosen);
    if (every) { every.checked = chosen > 0 && chosen === boxes.length; every.indeterminate = chosen > 0 && chosen < boxes.length; }
  };
  form?.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) boxes.forEach((box) => { box.checked = event.target.checked; });
    count();
  });
  if (form) count();

  // Keys. Rows of <table data-rows>: j k Enter x. [data-key="…"]: focuses a control, follows a link. / search, ? help.
  const rows = () => all("[data-rows] tbody tr:not([hidden])").filter((row) => row.querySelector("a"));
  const here = () => rows().findIndex((row) => row.classList.contains("here"));
  const go = (step) => {
    const list = rows(), now = here();
    if (!list.length) return;
    const next = list[Math.max(0, Math.min(list.length - 1, now + step))];
    list[now]?.classList.remove("here");
    next.classList.add("here");
    next.querySelector("a").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (typing(event.target)) { if (event.key === "Escape") event.target.blur(); return; }
    const row = rows()[here()];
    const actions = {
      j: () => go(1),
      k: () => go(-1),
      x: () => { const box = row?.querySelector(".pick input"); if (box) { box.checked = !box.checked; count(); } },
      "/": () => document.querySelector("[type=search]")?.focus(),
      "?": () => document.querySelector("dialog#help")?.showModal(),
    };
    const target = all("[data-key]").find((element) => element.dataset.key === event.key);
    const action = target ? () => (target.matches("a") ? target.click() : target.focus()) : actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
