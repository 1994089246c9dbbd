(() => {
  const live = document.getElementById("live"), every = 4000;
  let stamp = live.dataset.stamp, wait = every, timer;
  live.hidden = false;
  // What someone is in stays as it is until they leave it.
  const busy = (part) => part.contains(document.activeElement) || part.matches(":hover") && part.querySelector("details[open]");
  const put = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    let all = true;
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = document.getElementById(part.id);
      if (!old) return location.reload();
      for (const open of old.querySelectorAll("details[open]")) fresh.getElementById(open.id)?.setAttribute("open", "");
      if (old.outerHTML === part.outerHTML) continue;
      if (busy(old)) all = false;
      else old.replaceWith(document.adoptNode(part));
    }
    const now = fresh.getElementById("live")?.dataset.stamp;
    if (all && now) stamp = now;
  };
  const look = async () => {
    try {
      const address = new URL(location);
      address.hash = "";
      address.searchParams.set("part", "live");
      address.searchParams.set("since", stamp);
      const answer = await fetch(address);
      if (answer.status === 200) put(await answer.text());
      wait = answer.ok ? every : Math.min(wait * 2, 60000);
      live.classList.toggle("lost", !answer.ok);
    } catch {
      wait = Math.min(wait * 2, 60000);
      live.classList.add("lost");
    }
    turn();
  };
  const turn = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") timer = setTimeout(look, wait);
  };
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" ? look() : turn());
  turn();
})();
