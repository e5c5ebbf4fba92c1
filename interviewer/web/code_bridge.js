// The editor of the coding round: CodeMirror in the page, which saves as it is typed. Code goes out through a hidden field
// one message at a time, each on top of the revision before; what the server answers stands in the data of the line below
// the editor. What is not saved yet is in this browser's storage too.
(() => {
  "use strict";
  const QUIET = 500, LONGEST = 1500, WAIT = 15000, AGAIN = 4000, SIZES = [12, 13, 14, 16, 18, 20, 24];
  const place = () => document.querySelector("[data-code-editor]");
  const line = () => document.querySelector("[data-code]");
  const field = () => document.querySelector("#code-sent textarea, #code-sent input");
  const kept = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    put: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
  };

  let view = null, loading = null, text = "", key = null, revision = 0, editable = false, most = Infinity, seen = "";
  let dirty = false, flying = null, number = 0, sentAt = 0, firstAt = 0, lastAt = 0, failed = false, dead = false;
  let wanted = null, passing = false;

  const say = (words) => {
    const said = line()?.querySelector("[data-code-said]");
    if (said && said.textContent !== words) said.textContent = words;
  };
  const unsaved = () => dirty || flying !== null;

  const send = () => {
    const area = field();
    if (flying || !dirty || dead || !area) return;
    if (text.length > most) {
      say(`Not saved: the code is longer than ${most.toLocaleString("en")} characters. Shorten it.`);
      wanted = null;
      return;
    }
    flying = { key, revision, number: number += 1, code: text };
    dirty = false;
    post(area);
  };
  const post = (area) => {
    sentAt = Date.now();
    area.value = JSON.stringify(flying);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    say("Saving…");
  };
  const flush = () => { firstAt = 0; failed = false; send(); };

  const typed = () => {
    text = view.state.doc.toString();
    lastAt = Date.now();
    if (!dirty) firstAt = lastAt;
    dirty = true;
    kept.put(`code:${key}`, { revision, code: text });
  };

  const library = () => loading ??= new Promise((done, failing) => {
    const script = document.createElement("script");
    script.src = "/code/codemirror.min.js";
    script.onload = done;
    script.onerror = failing;
    document.head.append(script);
  });

  const press = (id) => document.getElementById(id)?.click();
  const state = () => {
    const C = CodeMirror;
    return C.EditorState.create({
      doc: text,
      extensions: [
        C.lineNumbers(), C.highlightActiveLineGutter(), C.highlightActiveLine(), C.history(), C.indentOnInput(),
        C.bracketMatching(), C.closeBrackets(), C.python(), C.indentUnit.of("    "), C.EditorState.tabSize.of(4),
        C.syntaxHighlighting(C.classHighlighter), C.EditorState.readOnly.of(!editable || dead),
        C.EditorView.contentAttributes.of({ "aria-label": "Your code", "aria-describedby": "code-keys" }),
        C.EditorView.updateListener.of((update) => {
          if (update.docChanged) typed();
          if (update.focusChanged && !update.view.hasFocus) flush();
        }),
        C.keymap.of([
          { key: "Mod-Enter", run: () => { press("code-run"); return true; } },
          ...C.closeBracketsKeymap, C.indentWithTab, ...C.defaultKeymap, ...C.historyKeymap,
        ]),
      ],
    });
  };
  const show = async () => {
    const at = place();
    if (!at || key === null) return;
    await library();
    if (view?.dom.parentNode !== at) {
      view?.destroy();
      view = new CodeMirror.EditorView({ parent: at, state: state() });
    } else {
      view.setState(state());
    }
    at.classList.toggle("locked", dead);
    resize(0);
  };

  const opened = (now) => {
    ({ key, revision, editable, most } = now);
    text = now.code;
    dirty = failed = dead = false;
    flying = null;
    // A copy on top of the revision that the server has was not saved: a crash came between.
    const copy = kept.get(`code:${key}`);
    if (editable && copy && copy.revision === revision && typeof copy.code === "string" && copy.code !== text) {
      text = copy.code;
      dirty = true;
      firstAt = lastAt = Date.now();
    }
    show();
  };

  const answered = () => {
    const data = line()?.dataset.code;
    if (!data || data === seen) return;
    seen = data;
    const now = JSON.parse(data), mine = now.number !== 0;
    if (!mine) {
      if (now.code === null) return;
      if (now.key !== key || (now.revision !== revision && !unsaved())) opened(now);
      return;
    }
    if (now.number !== flying?.number) return;
    if (now.lost) {
      dead = true;
      dirty = false;
      flying = wanted = null;
      kept.drop(`code:${key}`);
      show();
      return;
    }
    if (now.problem) {
      failed = dirty = true;
      flying = wanted = null;
      return;
    }
    flying = null;
    failed = false;
    revision = now.revision;
    if (dirty) {
      kept.put(`code:${key}`, { revision, code: text });
      send();
      return;
    }
    kept.drop(`code:${key}`);
    if (wanted) {
      const id = wanted;
      wanted = null;
      passing = true;
      press(id);
      passing = false;
    }
  };

  // Whatever looks at the code waits until it is saved.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("#code-run, #code-hand-in");
    if (!button || passing || dead || !unsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted = button.id;
    flush();
  }, true);

  const resize = (step) => {
    const at = SIZES.indexOf(kept.get("code-size") ?? 14);
    const size = SIZES[Math.min(SIZES.length - 1, Math.max(0, at + step))];
    if (step) kept.put("code-size", size);
    place()?.style.setProperty("--code-size", `${size}px`);
    view?.requestMeasure();
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-code-size]");
    if (button) resize(Number(button.dataset.codeSize));
  });

  // A reader of screens hears how a run ended.
  let voice = null, told = null;
  const announce = () => {
    const words = document.querySelector("#code-results [data-announce]")?.dataset.announce ?? "";
    if (told === null || words === told) {
      told = words;
      return;
    }
    told = words;
    if (!voice) {
      voice = document.createElement("div");
      voice.className = "unseen";
      voice.setAttribute("aria-live", "polite");
      document.body.append(voice);
    }
    voice.textContent = words;
  };

  let unfolded = null;
  const fold = () => {
    const shelf = document.querySelector("#code-statement details:not([data-ready])");
    if (!shelf) return;
    shelf.dataset.ready = "1";
    if (unfolded !== null) shelf.open = unfolded;
    shelf.querySelector("summary").addEventListener("click", () => { unfolded = !shelf.open; });
  };

  new MutationObserver(() => {
    answered();
    const at = place();
    if (at && view && view.dom.parentNode !== at) show();
    announce();
    fold();
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-code"] });

  setInterval(() => {
    const now = Date.now();
    if (flying) {
      // An answer that never came: the same message again.
      const area = field();
      if (area && now - sentAt > WAIT) {
        flying.number = number += 1;
        post(area);
      }
    } else if (dirty && now - sentAt > (failed ? AGAIN : 0) && (now - lastAt >= QUIET || now - firstAt >= LONGEST)) {
      send();
    }
  }, 100);
})();
