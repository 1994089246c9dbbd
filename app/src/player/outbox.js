(() => {
  const cue = (window.__cue ??= {}), name = "cuepoint.unsent.";
  let store;
  // A browser may forbid it; then the page's memory is all there is.
  try {
    store = window.localStorage;
    store.getItem(name);
  } catch {
    return;
  }
  const mine = {}, keys = () => Object.keys(store).filter((key) => key.startsWith(name));
  const size = () => keys().reduce((sum, key) => sum + store.getItem(key).length, 0);
  // What a view of this page has not got rid of; nothing once it has. False when it is too much.
  cue.unsent = (session, bodies) => {
    const key = name + session;
    mine[key] = 1;
    if (!bodies.length) return store.removeItem(key), true;
    // What does not fit leaves what was kept before.
    try {
      store.setItem(key, JSON.stringify([Date.now(), bodies]));
      return size() < 256000;
    } catch {
      return false;
    }
  };
  // An answer whose own page could not bring it: others do, and this one when there is a network again.
  cue.left = (key, body) => {
    if (!body) return store.removeItem(name + key);
    try {
      store.setItem(name + key, JSON.stringify([Date.now(), [body]]));
    } catch {}
    clearTimeout(timer);
    timer = setTimeout(turn, wait);
  };
  // Views of pages that are gone; returns how long to wait at least when the server can not take them now.
  const send = async () => {
    for (const key of keys()) {
      if (mine[key]) continue;
      const text = store.getItem(key);
      let kept;
      try {
        kept = JSON.parse(text);
      } catch {}
      if (kept && Date.now() - kept[0] < 6048e5)
        for (const body of kept[1]) {
          const batch = JSON.stringify({ ...JSON.parse(body), sent: Date.now() });
          const { status, headers } = await fetch("/engage/record", { method: "POST", body: batch }).catch(() => cue);
          if (!(status < 500) || status === 408 || status === 429) return headers?.get("retry-after") * 1000 || 1;
        }
      if (store.getItem(key) === text) store.removeItem(key);
    }
  };
  let wait = 10000, timer;
  const turn = () => {
    clearTimeout(timer);
    if (keys().every((key) => mine[key])) return;
    const run = async (lock) => {
      // Where another tab sends, this one looks again: that tab may go.
      const asked = lock ? await send() : 1;
      if (!asked) return;
      timer = setTimeout(turn, Math.max(wait, Math.min(asked, 36e5)));
      wait = Math.min(wait * 2, 3e5);
    };
    // One tab sends.
    if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, run).catch(() => {});
    else run(1);
  };
  // The picture comes first.
  addEventListener("load", () => setTimeout(turn, 2000));
  addEventListener("online", turn);
})();
