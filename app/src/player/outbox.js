(() => {
  const cue = (window.__cue ??= {}), name = "cuepoint.unsent.", mine = {}, held = {};
  let store = {}, wait = 10000, until = 0, timer;
  // A browser may forbid it; then the page's memory is all there is.
  try {
    window.localStorage.getItem(name);
    store = window.localStorage;
  } catch {}
  const keys = () => [store, held].flatMap((of) => Object.keys(of)).filter((key) => key.startsWith(name));
  const read = (key) => held[key] ?? store[key];
  const drop = (key) => {
    delete held[key];
    delete store[key];
  };
  const dated = (bodies) => JSON.stringify([Date.now(), bodies]);
  // The server takes nothing that is a week old, so that goes.
  const fresh = () => keys().filter((key) => Date.now() - parseInt(read(key)?.slice(1)) < 6048e5 || drop(key));
  // Stores a text and returns how much room is left: none or less when it is too much, undefined when nothing was
  // stored. Views make room for it, the oldest first, for their moment stands in front; an answer never does.
  const put = (key, text) => {
    let room = 256000 - text.length;
    const others = fresh().filter((other) => other !== key && store[other]).map((other) => [store[other], other]);
    const views = others.filter(([kept]) => room > 0 && !kept.includes('"answer\\"')).sort();
    for (const [kept] of others) room -= kept.length;
    for (const view of [...views, 0]) {
      if (room > 0 || !view)
        try {
          store.setItem(key, text);
          return room;
        } catch {}
      if (view) {
        room += view[0].length;
        drop(view[1]);
      }
    }
  };
  // What a view of this page has not got rid of; nothing once it has. False when it is too much.
  cue.unsent = (session, bodies) => {
    const key = name + session;
    mine[key] = 1;
    if (!bodies.length) return drop(key), true;
    // What does not fit leaves what was kept before.
    return put(key, dated(bodies)) > 0 || !store.setItem;
  };
  // An answer on its way, instead of what waited there; returns whom to tell the server's response, if there was one.
  // Unless that decides, others bring it when this page has gone, and this one after a while.
  cue.left = (key, body) => {
    const text = dated([body]);
    key = name + key;
    mine[key] = 1;
    drop(key);
    put(key, text) ?? (held[key] = text);
    return (response) => {
      delete mine[key];
      const asked = patience(response);
      if (asked) again(asked);
      else if (read(key) === text) drop(key);
    };
  };
  // How long to wait at least when the server has not decided; 0 when it has.
  const patience = ({ status, headers } = {}) =>
    !(status < 500) || status === 408 || status === 429 ? headers?.get("retry-after") * 1000 || 1 : 0;
  // Views of pages that are gone, and answers; returns what the server asked for when it can not take them now.
  const send = async () => {
    for (const key of fresh()) {
      if (mine[key]) continue;
      const text = read(key);
      let batches = [];
      try {
        batches = JSON.parse(text)[1].map((body) => JSON.parse(body));
      } catch {}
      for (const batch of batches) {
        const body = JSON.stringify({ ...batch, sent: Date.now() });
        const asked = patience(await fetch("/engage/record", { method: "POST", body }).catch(() => {}));
        if (asked) return asked;
      }
      if (read(key) === text) drop(key);
    }
  };
  // Not before the server has said.
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(turn, Math.max(ms, until - performance.now()));
  };
  const again = (asked) => {
    until = Math.max(until, performance.now() + Math.min(asked, 36e5));
    later(wait);
    wait = Math.min(wait * 2, 3e5);
  };
  const turn = () => {
    if (keys().every((key) => mine[key])) return;
    const run = async (lock) => {
      // Where another tab sends, this one looks again: that tab may go.
      const asked = lock ? await send() : 1;
      if (asked) again(asked);
      else wait = 10000;
    };
    // One tab sends; where storage is forbidden, locks are, too.
    if (navigator.locks) navigator.locks.request(name, { ifAvailable: true }, run).catch(() => run(1));
    else run(1);
  };
  // The picture comes first.
  addEventListener("load", () => later(2000));
  addEventListener("online", () => later(0));
})();
