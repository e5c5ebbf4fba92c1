// The Library page: files that are dropped or chosen go to our own route, one by one; pages of a PDF say how they fare.
(() => {
  "use strict";
  const drop = () => document.getElementById("drop");
  const refresh = () => document.querySelector("#library-refresh")?.click();
  const size = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

  const tell = (kind, text) => {
    const said = document.getElementById("drop-said");
    if (!said) return null;
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    said.append(line);
    return line;
  };

  const send = async (file, most) => {
    const name = `“${file.name}”`;
    if (file.size > most) {
      tell("fault", `${name} has ${size(file.size)}: ${size(most)} are the most that a file may have. It was not taken.`);
      return;
    }
    const line = tell("quiet", `Taking in ${name}…`);
    try {
      const options = { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } };
      const answer = await fetch(`/library/files?name=${encodeURIComponent(file.name)}`, options);
      if (answer.status !== 204) tell("fault", (await answer.text()).trim());
    } catch {
      tell("fault", `${name} could not be read: choose a file, not a folder, and try again.`);
    }
    line?.remove();
  };

  let last = Promise.resolve();
  const take = (files) => {
    const zone = drop();
    if (!zone || !files.length) return;
    document.getElementById("drop-said")?.replaceChildren();
    // One after the other, so that a slow machine holds one file at a time.
    for (const file of files) last = last.then(() => send(file, Number(zone.dataset.most)));
    last = last.then(refresh);
  };

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.closest("#drop")) return;
    take([...input.files]);
    input.value = "";
  });

  // Anywhere on the page: a file dropped beside the box would otherwise take its place in the tab.
  const carries = (event) => drop() && [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    drop().classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop()?.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    drop().classList.remove("over");
    take([...event.dataTransfer.files]);
  });

  // Neither event bubbles, so they are met on their way down.
  for (const [kind, state] of [["load", "shown"], ["error", "failed"]]) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof HTMLImageElement) event.target.closest(".sheet")?.setAttribute("data-state", state);
    }, true);
  }

  // What was searched for stands in the address, so that the way back leads to the same hits. And a question is not
  // left below a long document.
  let asks = false;
  new MutationObserver(() => {
    if (location.pathname !== "/library") return;
    const sure = document.getElementById("sure"), asked = asks;
    asks = !!sure?.checkVisibility();
    if (asks && !asked) sure.scrollIntoView({ block: "center" });
    const here = document.querySelector("[data-here]")?.dataset.here;
    if (here?.startsWith("/library?") && `/library${location.search}` !== here) history.replaceState(null, "", here);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
