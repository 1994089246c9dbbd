(() => {
  const main = document.querySelector("main.upload"), { pass, most } = main.dataset, words = JSON.parse(main.dataset.words);
  const form = document.getElementById("drop"), choose = document.getElementById("choose");
  const files = document.getElementById("files"), row = document.getElementById("row"), said = document.getElementById("said");
  const slice = 32 << 20, atOnce = 2, key = { authorization: "Bearer " + pass, "tus-resumable": "1.0.0" };
  const queue = [], all = [];
  let active = 0;
  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch {} },
  };
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const size = (n) => n >= 1e9 ? (n / 1e9).toFixed(1) + " GB" : n >= 1e6 ? (n / 1e6).toFixed(1) + " MB" : Math.ceil(n / 1e3) + " kB";
  const sleep = (ms, sending) => new Promise((done) => {
    const timer = setTimeout(done, ms);
    sending.wake = () => { clearTimeout(timer); done(); };
  });
  // What the server will not have, whenever it is asked.
  class Refused extends Error {}

  class Sending {
    constructor(file) {
      this.file = file;
      this.name = ["cuepoint-upload", file.name, file.size, file.lastModified].join(":");
      this.url = kept.get(this.name);
      this.at = 0;
      this.li = row.content.firstElementChild.cloneNode(true);
      this.part = (name) => this.li.querySelector(name);
      this.part(".upload-name").textContent = file.name;
      this.part(".upload-size").textContent = size(file.size);
      this.part("progress").setAttribute("aria-label", file.name);
      this.part(".upload-pause").onclick = () => this.paused ? this.resume() : this.pause();
      this.part(".upload-cancel").onclick = () => this.cancel();
      this.part(".upload-again").onclick = () => { this.url = null; kept.set(this.name); this.resume(); };
      this.part(".upload-copy").onclick = async ({ target }) => {
        await navigator.clipboard.writeText(this.share);
        target.textContent = words.copied;
        setTimeout(() => target.textContent = words.copy, 2000);
      };
      for (const button of this.li.querySelectorAll("button")) button.setAttribute("aria-label", button.textContent + ": " + file.name);
      files.append(this.li);
      this.say("queued");
    }
    say(state, more) {
      this.state = state;
      this.li.dataset.state = state;
      this.part(".upload-state").textContent = more || words[state];
      this.part(".upload-pause").hidden = !["queued", "sending", "lost", "paused"].includes(state);
      this.part(".upload-cancel").hidden = ["ready", "failed"].includes(state);
      this.part(".upload-again").hidden = state !== "failed";
      const pause = this.part(".upload-pause");
      pause.textContent = this.paused ? words.resume : words.pause;
      pause.setAttribute("aria-label", pause.textContent + ": " + this.file.name);
      if (["ready", "failed"].includes(state)) said.textContent = this.file.name + ": " + (more || words[state]);
    }
    show(percent) { this.part("progress").value = percent; }
    async ask(method, url, headers = {}) {
      const answer = await fetch(url, { method, headers: { ...key, ...headers } });
      if (answer.ok) return answer;
      if ([404, 410].includes(answer.status) && this.url) { this.url = null; kept.set(this.name); throw new Error("gone"); }
      const told = await answer.json().catch(() => ({}));
      if (answer.status < 500 && ![408, 409, 423, 429].includes(answer.status)) throw new Refused(told.message || words.failed);
      throw new Error(told.message);
    }
    async find() {
      if (this.url) {
        const answer = await this.ask("HEAD", this.url);
        this.at = Number(answer.headers.get("upload-offset"));
      } else {
        const metadata = "filename " + base64(this.file.name);
        const answer = await this.ask("POST", "/api/v1/uploads", { "upload-length": this.file.size, "upload-metadata": metadata });
        this.url = new URL(answer.headers.get("location")).pathname;
        kept.set(this.name, this.url);
        this.at = 0;
      }
    }
    patch() {
      return new Promise((done, failed) => {
        const request = this.request = new XMLHttpRequest(), from = this.at;
        request.open("PATCH", this.url);
        for (const [name, value] of Object.entries(key)) request.setRequestHeader(name, value);
        request.setRequestHeader("content-type", "application/offset+octet-stream");
        request.setRequestHeader("upload-offset", from);
        request.upload.onprogress = ({ loaded }) => this.show(100 * (from + loaded) / this.file.size);
        request.onload = () => {
          if (request.status !== 204) return failed(request.status === 400 ? new Refused(words.failed) : new Error(request.status));
          this.at = Number(request.getResponseHeader("upload-offset"));
          done();
        };
        request.onerror = request.onabort = request.ontimeout = () => failed(new Error("lost"));
        request.send(this.file.slice(from, from + slice));
      });
    }
    async run() {
      let tries = 0;
      while (!this.paused && !this.cancelled) {
        try {
          await this.find();
          this.say("sending");
          while (this.at < this.file.size && !this.paused && !this.cancelled) { await this.patch(); tries = 0; }
          if (this.paused || this.cancelled) return;
          return this.follow();
        } catch (error) {
          if (this.paused || this.cancelled) return;
          if (error instanceof Refused) return this.say("failed", error.message);
          this.say("lost");
          await sleep(Math.min(1000 * 2 ** tries++, 30000), this);
        }
      }
    }
    // What becomes of it; the next file need not wait for that.
    async follow() {
      kept.set(this.name);
      this.say("preparing");
      this.show(0);
      (async () => {
        while (!this.cancelled) {
          try {
            const job = await (await this.ask("GET", this.url)).json();
            this.share = new URL("/video/play/" + job.token, location).href;
            this.part(".upload-play").href = this.share;
            this.part(".upload-play").hidden = this.part(".upload-copy").hidden = false;
            this.show(job.percent);
            if (job.state === "cancelled") return this.li.remove();
            if (job.video_state === "ready" || job.state === "done") { this.show(100); return this.say("ready"); }
            if (job.state === "failed") return this.say("failed", job.message);
          } catch {}
          await sleep(1000, this);
        }
      })();
    }
    pause() { this.paused = true; this.request?.abort(); this.wake?.(); this.say("paused"); }
    resume() { this.paused = false; this.say("queued"); if (!queue.includes(this)) queue.push(this); turn(); }
    async cancel() {
      this.cancelled = true;
      this.request?.abort();
      this.wake?.();
      kept.set(this.name);
      this.li.remove();
      if (this.url) await this.ask("DELETE", this.url).catch(() => {});
    }
  }

  const turn = async () => {
    while (active < atOnce && queue.length) {
      const sending = queue.shift();
      if (sending.paused || sending.cancelled || sending.busy) continue;
      active++;
      sending.busy = true;
      sending.run().finally(() => { active--; sending.busy = false; if (!sending.paused && sending.state === "queued") queue.push(sending); turn(); });
    }
  };
  const add = (list) => {
    for (const file of list) {
      const sending = new Sending(file);
      all.push(sending);
      if (file.size > Number(most)) sending.say("failed", words.large);
      else queue.push(sending);
    }
    turn();
  };

  choose.multiple = true;
  form.querySelector("button").hidden = true;
  choose.onchange = () => { add(choose.files); form.reset(); };
  form.onsubmit = (event) => event.preventDefault();
  const over = (event, is) => { event.preventDefault(); form.classList.toggle("over", is); };
  addEventListener("dragover", (event) => over(event, true));
  addEventListener("dragleave", (event) => event.relatedTarget || over(event, false));
  addEventListener("drop", (event) => { over(event, false); add(event.dataTransfer.files); });
  addEventListener("online", () => { for (const sending of all) sending.wake?.(); });
  addEventListener("beforeunload", (event) => { if (active) event.preventDefault(); });
})();
