(() => {
  const cue = (window.__cue ??= {}), page = document, signed = /\/media\/[\w-]+\/s\/[^/]+[/]/;
  let base, said, asked = -1e9;
  const player = () => page.querySelector(".player");
  const start = () => (said ??= JSON.parse(player().querySelector(".skin script").textContent));
  // An address as it is now.
  const now = (url) => (base ? url.replace(signed, base) : url);
  // For what a cookie does not reach.
  page.addEventListener("DOMContentLoaded", () => (cue.q = "&pass=" + start().pass));
  // The streaming engine asks for each piece.
  cue.x = (request, url) => request.open("GET", now(url), true);
  const renew = async () => {
    asked = performance.now();
    const { token, pass } = start();
    const answer = await fetch("/video/media/" + token, { method: "POST", body: pass });
    if (!answer.ok) throw answer.status;
    base = (await answer.json()).media;
    const { dataset } = player();
    for (const name of ["file", "stream", "sounds"])
      if (dataset[name]) dataset[name] = dataset[name].split("\n").map(now).join("\n");
    for (const track of page.querySelectorAll("video track")) if (track.src !== now(track.src)) track.src = now(track.src);
    plan();
  };
  // Before they end, if the page is awake then.
  const plan = () => {
    const until = /\/s\/(\d+)/.exec(base ?? player().innerHTML)?.[1] * 1e3 - Date.now();
    if (until > 0) setTimeout(() => renew().catch(() => {}), Math.max(until - 3e5, 6e4));
  };
  page.addEventListener("DOMContentLoaded", plan);
  // An address that holds no longer: the same place under another one, before anyone hears of it.
  page.addEventListener("error", async (event) => {
    const video = event.target;
    if (video.tagName !== "VIDEO" || !signed.test(video.currentSrc || video.src) || performance.now() - asked < 1e4) return;
    event.stopImmediatePropagation();
    const { currentTime, paused, playbackRate } = video, from = video.currentSrc || video.src;
    try {
      await renew();
      const src = now(from);
      video.src = src.split("#")[0];
      video.currentTime = currentTime;
      video.playbackRate = playbackRate;
      if (!paused) video.play().catch(() => {});
    } catch {
      video.dispatchEvent(new Event("error"));
    }
  }, true);
})();
