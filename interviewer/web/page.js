// What the pages do by themselves in the browser. Nothing here talks to anybody; gradio keeps its own wire.
(() => {
  "use strict";
  const two = (n) => String(n).padStart(2, "0");
  const shown = (s) => {
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    put: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
  };
  const status = () => document.querySelector("[data-interview]");
  const box = (id) => document.querySelector(`#${id} textarea`);
  const write = (area, text) => {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // The clock: the server says where it stands, and it runs on from there.
  const since = new WeakMap();
  const tick = () => {
    const clock = document.querySelector("[data-clock]");
    if (!clock) return;
    if (!since.has(clock)) since.set(clock, Date.now());
    if (clock.dataset.runs !== "1") return;
    const text = shown(Number(clock.dataset.clock) + Math.floor((Date.now() - since.get(clock)) / 1000));
    if (clock.textContent !== text) clock.textContent = text;
  };
  setInterval(tick, 500);

  // A reader of screens hears each turn of the interviewer once, when it is complete.
  let speaker = null;
  const announce = (text) => {
    if (!speaker) {
      speaker = document.createElement("div");
      speaker.className = "unseen";
      speaker.setAttribute("aria-live", "polite");
      document.body.append(speaker);
    }
    speaker.textContent = text;
  };

  let acts = "", interview = "", restored = "", locked = false, hadFocus = false, bottom = true;

  const room = () => {
    const now = status();
    if (!now) return;
    const id = now.dataset.interview;
    if (id !== interview) {
      interview = id;
      acts = "";
      const address = new URL(location.href);
      if (address.searchParams.get("interview") !== id) {
        history.pushState(null, "", `/?interview=${encodeURIComponent(id)}`);
      }
    }
    if (now.dataset.acts !== acts) {
      const first = acts === "";
      acts = now.dataset.acts;
      bottom = true;
      const draft = store.get(`draft:${id}`), typed = box("answer")?.value;
      if (typed) store.put(`draft:${id}`, { acts, text: typed });
      else if (draft && draft.acts !== acts) store.drop(`draft:${id}`);
      const last = [...document.querySelectorAll("#past .turn.interviewer .words")].pop();
      if (last && !first) announce(last.textContent);
    }
    const answer = box("answer"), notes = box("notes");
    if (answer && notes && restored !== id) {
      restored = id;
      const draft = store.get(`draft:${id}`), kept = store.get(`notes:${id}`);
      if (draft && draft.acts === acts && !answer.value) write(answer, draft.text);
      if (kept && !notes.value) write(notes, kept);
      if (matchMedia("(hover: hover)").matches) {
        hadFocus = true;
        locked = answer.disabled;
        if (!locked) answer.focus();
      }
    }
    if (answer) {
      if (answer.disabled !== locked) {
        locked = answer.disabled;
        if (!locked && hadFocus) answer.focus();
        if (!locked) hadFocus = false;
      }
    }
  };

  // The newest words stay in view unless somebody has scrolled up to read. Redrawing the talk scrolls it too, so only
  // what a hand did just before counts.
  let byHand = 0;
  const scroll = () => {
    const talk = document.getElementById("talk");
    if (!talk) return;
    if (!talk.dataset.ready) {
      talk.dataset.ready = "1";
      talk.tabIndex = 0;
      talk.setAttribute("role", "region");
      talk.setAttribute("aria-label", "Conversation");
      for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
        talk.addEventListener(kind, () => { byHand = Date.now(); }, { passive: true });
      }
      talk.addEventListener("scroll", () => {
        if (Date.now() - byHand < 1000) bottom = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
      }, { passive: true });
    }
    if (bottom) talk.scrollTop = talk.scrollHeight;
  };

  const main = () => {
    const page = document.querySelector("main");
    if (page && !page.id) { page.id = "content"; page.tabIndex = -1; }
  };

  // What stands beside the talk is unfolded where it takes no room from it, until a hand decides; redrawing keeps that.
  let unfolded = null;
  const fold = () => {
    const shelf = document.querySelector("details[data-room]:not([data-ready])");
    if (!shelf) return;
    shelf.dataset.ready = "1";
    shelf.open = unfolded ?? matchMedia("(min-width: 641px)").matches;
    shelf.querySelector("summary").addEventListener("click", () => { unfolded = !shelf.open; });
  };

  let after = false;
  const arrived = () => {
    const shownNow = !!document.querySelector("#after h1, #after .waiting");
    if (shownNow && !after) window.scrollTo(0, 0);
    after = shownNow;
  };

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; main(); room(); fold(); scroll(); arrived(); tick(); });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] });

  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!interview || !(area instanceof HTMLTextAreaElement)) return;
    if (area.closest("#answer")) {
      if (area.value) store.put(`draft:${interview}`, { acts, text: area.value });
      else store.drop(`draft:${interview}`);
    } else if (area.closest("#notes")) {
      store.put(`notes:${interview}`, area.value);
    }
  });

  // Gradio gives each radio a name of its own, so that the browser does not know that they belong together.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !(event.target instanceof HTMLInputElement) || event.target.type !== "radio") return;
    const all = [...(event.target.closest("fieldset")?.querySelectorAll('input[type="radio"]:not(:disabled)') ?? [])];
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  });

  // A locked box loses the focus; it gets it back with the answer.
  const keep = () => { hadFocus = true; };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.target instanceof HTMLElement && event.target.closest("#answer")) keep();
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLElement && event.target.closest("#room .actions button")) {
      if (matchMedia("(hover: hover)").matches) keep();
    }
    const link = event.target instanceof HTMLElement && event.target.closest('a[href^="#debrief-"]');
    if (link) {
      const part = document.querySelector(link.getAttribute("href"));
      if (part) part.open = true;
    }
  });

  window.addEventListener("popstate", () => location.reload());
})();
