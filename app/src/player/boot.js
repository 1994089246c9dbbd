((script, wasm, chunks) => {
  const page = document, root = page.documentElement, video = () => page.querySelector("video");
  const bar = () => page.querySelector(".first-bar");
  // What is kept for the player: messages of the parent until someone takes them, when and where playback
  // first began, and `import`, which only a script has.
  const cue = (window.__cue = { m: [], i: (url) => import(url) });
  root.classList.add("js");
  // A parent may ask for playback before the video is there.
  let wanted = false;
  // Ours stand from the start: the native controls are for pages without a script.
  new MutationObserver((_, sight) => {
    if (!video()) return;
    video().controls = false;
    if (wanted) play(video());
    sight.disconnect();
  }).observe(page, { childList: true, subtree: true });
  let begun = false;
  const go = () => {
    if (begun) return;
    begun = true;
    if (chunks) import(chunks);
    const bytes = fetch(wasm, { credentials: "same-origin" });
    import(script).then(async (module) => {
      await module.default({ module_or_path: bytes });
      module.start();
    }).catch((error) => {
      root.classList.remove("js");
      video().controls = true;
      throw error;
    });
  };
  const hear = (names, what, how = true) => names.split(" ").forEach((name) => page.addEventListener(name, what, how));
  hear("loadeddata error", (event) => event.target.tagName === "VIDEO" && go());
  hear("pointerdown keydown", go, { capture: true, passive: true });
  const play = (of) => of.play().catch(() => {});
  hear("click", (event) => {
    const of = video(), wish = event.target.closest?.("[data-first]")?.dataset.first;
    if (wish === "sound") of.muted = !of.muted;
    else if (wish || (event.target === of && bar() && event.pointerType !== "touch")) of.paused ? play(of) : of.pause();
  });
  hear("playing", (event) => {
    cue.p ??= [performance.now(), event.target.currentTime];
    page.querySelector(".first")?.remove();
  });
  // The bar shows what the video does, until the player has its own.
  hear("play pause volumechange timeupdate", ({ target: of }) => {
    const at = bar(), now = Math.floor(of.currentTime);
    if (!at) return;
    if (!of.paused) at.classList.add("on");
    for (const [name, on] of Object.entries({ play: !of.paused, sound: of.muted })) {
      const button = at.querySelector(`[data-first=${name}]`);
      button.classList.toggle("is-on", on);
      button.ariaLabel = button.dataset[on ? "on" : "off"];
    }
    at.querySelector("span").textContent = `${Math.floor(now / 60)}:${`${now % 60}`.padStart(2, "0")}`;
  });
  window.addEventListener("message", (event) => {
    const { data } = event;
    if (!cue.m || event.source !== parent || !/player\.js|cuepoint/.test((data && data.context) || data)) return;
    cue.m.push(event);
    go();
    if (data.play) video() ? play(video()) : (wanted = true);
  });
  // What streams has nothing to wait for.
  hear("DOMContentLoaded", () => page.querySelector("[data-stream]") && go());
  setTimeout(go, 3000);
})
