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
  // What is played on in one piece becomes one interval; what only says that somebody is there goes.
  const thin = (body) => {
    const batch = JSON.parse(body), events = [];
    for (const event of batch.events) {
      const last = events.at(-1), same = (...names) => names.every((name) => last[name] === event[name]);
      if (/^(here|hidden|visible|seek|pause)$/.test(event.type)) continue;
      if (event.type === "watched" && last && same("type", "rate", "hidden", "muted") && last.to === event.from) {
        last.to = event.to;
        last.at = event.at;
      } else events.push(event);
    }
    return JSON.stringify({ ...batch, events });
  };
  // What a view of this page has not got rid of; nothing once it has.
  cue.unsent = (session, bodies) => {
    const key = name + session;
    mine[key] = 1;
    store.removeItem(key);
    if (!bodies.length) return;
    const put = () => store.setItem(key, JSON.stringify([Date.now(), bodies]));
    const fits = size() + bodies.join().length < 256000;
    try {
      if (!fits) bodies = bodies.map(thin);
      put();
    } catch {
      bodies = bodies.map(thin);
      try {
        put();
      } catch {}
    }
  };
  // Views of pages that are gone; false when the server can not take them now.
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
          const { status } = await fetch("/engage/record", { method: "POST", body: batch }).catch(() => cue);
          if (!(status < 500) || status === 408 || status === 429) return false;
        }
      if (store.getItem(key) === text) store.removeItem(key);
    }
    return true;
  };
  let wait = 10000;
  const turn = () => {
    if (keys().every((key) => mine[key])) return;
    const run = async (lock) => {
      if (!lock || (await send())) return;
      setTimeout(turn, wait);
      wait = Math.min(wait * 2, 300000);
    };
    // One tab sends.
    if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, run).catch(() => {});
    else run(1);
  };
  // The picture comes first.
  addEventListener("load", () => setTimeout(turn, 2000));
  addEventListener("online", turn);
})();
