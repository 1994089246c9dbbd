(() => {
  const cue = (window.__cue ??= {}), page = document;
  // What happened, for the chunk that shows it: the player fetches that at the first word.
  const tell = () => page.dispatchEvent(new Event("cuetalk"));
  const call = (event) => {
    (cue.talk ??= []).push(event);
    tell();
  };
  // The player has come later than the first word.
  cue.again = () => cue.talk && tell();
  const follow = (place) => {
    const { token, lang, first } = place.dataset, name = "cuepoint-talk-" + token;
    for (const near of ["pointerenter", "focusin", "touchstart"]) place.addEventListener(near, () => call(), { once: true });
    const video = page.querySelector("video");
    const reach = () => {
      if (video.currentTime * 1000 < first) return;
      video.removeEventListener("timeupdate", reach);
      call();
    };
    if (first) video.addEventListener("timeupdate", reach);
    // One stream a browser: whoever holds the lock tells the others.
    const air = window.BroadcastChannel && new BroadcastChannel(name);
    let last = place.dataset.seq, seen = false, wish, source, leave, again;
    const take = (event) => {
      if (+event.id <= +last) return;
      last = event.id;
      call(event);
    };
    if (air) air.onmessage = (event) => take(event.data);
    const open = () => {
      source = new EventSource(`/talk/${token}/stream?lang=${lang}&after=${last}${cue.q ?? ""}`);
      for (const kind of ["comment", "reaction"])
        source.addEventListener(kind, (event) => {
          const told = { kind, id: event.lastEventId, data: event.data };
          air?.postMessage(told);
          take(told);
        });
      source.onerror = () => source.readyState === 2 && (again = setTimeout(open, 30000));
    };
    const turn = () => {
      const visible = seen && page.visibilityState === "visible";
      if (visible && !wish) {
        wish = new AbortController();
        const held = () => new Promise((done) => ((leave = done), open()));
        if (navigator.locks) navigator.locks.request(name, { signal: wish.signal }, held).catch(() => {});
        else held();
      } else if (!visible && wish) {
        wish.abort();
        wish = 0;
        clearTimeout(again);
        source?.close();
        leave?.();
        source = leave = 0;
      }
    };
    new IntersectionObserver((entries) => {
      seen = entries.at(-1).isIntersecting;
      turn();
    }).observe(place);
    page.addEventListener("visibilitychange", turn);
  };
  cue.follow = follow;
  const place = page.getElementById("talk");
  // The picture comes first.
  const start = () => (place ? follow(place) : call());
  if (page.readyState === "complete") start();
  else addEventListener("load", start);
})();
