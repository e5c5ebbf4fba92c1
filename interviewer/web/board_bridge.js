// Between the diagram editor in its frame and gradio: boards go out through a hidden field one at a time, each on top of
// the revision before; what the server answers stands in the data of the line below the editor.
(() => {
  "use strict";
  const WAIT = 15000, AGAIN = 5000;
  const TOKENS = ["paper", "sheet", "ink", "soft", "line", "edge", "accent", "accent-ink", "wash", "problem"];
  const frame = () => document.querySelector("#board-frame iframe");
  const line = () => document.querySelector("[data-board]");
  const field = () => document.querySelector("#board-sent textarea, #board-sent input");

  let key = null, revision = 0, board = null, editable = false, seen = "";
  let waiting = null, flying = 0, number = 0, sentAt = 0, dead = false, ready = null;

  const post = (message) => ready?.postMessage(message, location.origin);
  const load = (fresh) => post({ kind: "board:load", board, editable: editable && !dead, fresh });
  const say = (text) => {
    const said = line()?.querySelector("[data-board-said]");
    if (said && said.textContent !== text) said.textContent = text;
  };

  const theme = () => {
    const style = getComputedStyle(document.body);
    const tokens = Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    post({ kind: "board:theme", tokens, dark: !!document.querySelector(".dark") });
  };

  const send = () => {
    const area = field();
    if (!waiting || flying || dead || !area) return;
    flying = number += 1;
    sentAt = Date.now();
    area.value = JSON.stringify({ key, revision, number, board: waiting });
    waiting = null;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    say("Saving…");
  };

  const answered = () => {
    const text = line()?.dataset.board;
    if (!text || text === seen) return;
    seen = text;
    const now = JSON.parse(text), mine = now.number !== 0;
    if (now.key !== key) {
      if (!now.board) return;
      ({ key, revision, board, editable } = now);
      waiting = null;
      flying = 0;
      dead = false;
      load(true);
      return;
    }
    if (mine && now.number !== flying) return;
    if (mine) flying = 0;
    if (now.lost) {
      dead = true;
      waiting = null;
      post({ kind: "board:lock" });
      return;
    }
    if (now.problem) {
      waiting ??= board;
      return;
    }
    const newer = now.revision !== revision, other = now.editable !== editable;
    if (!mine && (flying || waiting)) return;
    revision = now.revision;
    editable = now.editable;
    if (now.board && !waiting && (mine || newer || other)) {
      board = now.board;
      load(false);
    }
    send();
  };

  addEventListener("message", (event) => {
    if (event.origin !== location.origin || !frame() || event.source !== frame().contentWindow) return;
    if (event.data?.kind === "board:ready") {
      ready = event.source;
      theme();
      if (board) load(true);
    } else if (event.data?.kind === "board:changed" && !dead) {
      board = waiting = event.data.board;
      send();
    }
  });

  new MutationObserver(answered).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-board"],
  });
  const dressed = new MutationObserver(theme);
  addEventListener("DOMContentLoaded", () => {
    for (const one of [document.documentElement, document.body]) dressed.observe(one, { attributes: true, attributeFilter: ["class"] });
  });
  // An answer that never came, or that it could not be kept: the newest board again, on top of the revision that is known.
  setInterval(() => {
    if (!(flying || waiting) || Date.now() - sentAt < (flying ? WAIT : AGAIN)) return;
    flying = 0;
    waiting ??= board;
    send();
  }, 1000);
  addEventListener("beforeunload", (event) => { if ((flying || waiting) && !dead) event.preventDefault(); });
})();
