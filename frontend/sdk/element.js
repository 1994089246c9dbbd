// `<cuepoint-player>`: an embed by one tag, or its poster and a play button until someone comes near.

import { CALLS, Player, adopt, attach, detach, empty, hurry, mount, watch } from "./api.js";

/** The player's parameters; of the first line, a bare attribute means yes. */
const SWITCHES = "autoplay muted loop controls captions title keyboard comments dnt".split(" ");
const PARAMETERS = [...SWITCHES, ..."start stop t playbackRate color lang viewer_token".split(" ")];

const EVENTS = `play playing pause ended timeupdate progress seeking seeked volumechange ratechange bufferstart bufferend error
loaded chapterchange texttrackchange enterpictureinpicture leavepictureinpicture cuepoint interactionshow formsubmit formskip
questionanswer commentadd replyadd reactionadd gateenter gaterelease watchedchange consentchange`.split(/\s/);

/** Asked for only when someone listens: the player waits for the answer. */
const CANCELLABLE = ["ctaclick", "annotationclick", "endscreenclick"];

// Chromium warns of names it does not know, and of `allowfullscreen` beside `fullscreen`.
const ALLOWED = `autoplay; fullscreen; picture-in-picture; encrypted-media${globalThis.navigator?.share ? "; web-share" : ""}`;

/** A pointer that passes by, or a finger that scrolls, fetches nothing; a quick tap gets a frame that plays by itself. */
const NEAR_MS = 65;

const STYLE = `:host{display:block;position:relative;overflow:hidden;aspect-ratio:16/9;background:#000}
:host([hidden]){display:none}
iframe,img{position:absolute;inset:0;width:100%;height:100%;border:0;object-fit:contain}
button{all:unset;position:absolute;inset:0;margin:auto;width:72px;height:72px;display:grid;place-items:center;border-radius:50%;
background:#5a50e0;background:oklch(from var(--cue,oklch(.55 .2 280)) min(l,.58) c h);color:#fff;box-shadow:0 6px 28px #0006;cursor:pointer;z-index:1}
button+iframe{visibility:hidden}
button:focus-visible{outline:2px solid #fff;outline-offset:2px;box-shadow:0 0 0 5px #000b}
svg{width:38px;fill:currentcolor;stroke:currentcolor;stroke-width:1.75;stroke-linejoin:round}
@media(hover:hover){:host(:hover) button{transform:scale(1.06)}}
@media(prefers-reduced-motion:no-preference){button{transition:transform .12s ease-out}}
@media(forced-colors:active){button{border:2px solid}}`;

let sheet;

/** The server that this script came from. */
let home = globalThis.location?.origin;
try {
  home = new URL(import.meta.url).origin;
} catch {
  // Inlined: the page's own server, unless the element names another.
}

export class CuepointPlayerElement extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["token", "host"];

  #root = this.attachShadow({ mode: "open", delegatesFocus: true });
  #player;
  #frame;
  #button;
  #placed = false;
  #destroyed = false;
  #facade = new AbortController();

  static {
    for (const name of [...CALLS, "on", "off", "ready", "requestFullscreen", "exitFullscreen", "destroy"]) {
      this.prototype[name] = function (...args) {
        return this.#player[name](...args);
      };
    }
  }

  constructor() {
    super();
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
    }
    this.#root.adoptedStyleSheets = [sheet];
    new Player(this);
    super.addEventListener("play", () => this.#reveal());
  }

  get player() {
    return this.#player;
  }

  connectedCallback() {
    this.#placed = true;
    this.#build();
  }

  disconnectedCallback() {
    this.#placed = false;
    this[empty]();
  }

  attributeChangedCallback(_, before, now) {
    if (this.#placed && before !== now) this.#build();
  }

  addEventListener(name, ...rest) {
    if (CANCELLABLE.includes(name)) this.#player[watch](name);
    super.addEventListener(name, ...rest);
  }

  [adopt](player) {
    this.#player = player;
    for (const name of EVENTS) player[watch](name);
    this.#destroyed = false;
    if (this.#placed) this.#build();
  }

  /** Loads the frame, if it is not there; `shown`, the poster makes room for it. */
  [mount](shown, autoplay) {
    const token = this.getAttribute("token");
    if (!this.#frame && this.#placed && !this.#destroyed && token) {
      const frame = (this.#frame = document.createElement("iframe"));
      frame.allow = ALLOWED;
      frame.title = this.#title || "Video player";
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.src = this.#address(token, autoplay);
      this.#root.append(frame);
      this.#player[attach](frame);
    }
    if (shown) this.#reveal();
  }

  [empty](destroyed = this.#destroyed) {
    this.#destroyed = destroyed;
    this.#facade.abort();
    this.#player[detach]();
    this.#root.replaceChildren();
    this.#frame = this.#button = undefined;
  }

  /** The attribute, unless it is the player's parameter of that name. */
  get #title() {
    const title = this.getAttribute("title");
    return isSwitch(title) ? "" : title;
  }

  get #host() {
    const host = this.getAttribute("host");
    return host ? new URL(/^https?:/.test(host) ? host : `https://${host}`).origin : home;
  }

  get #isLazy() {
    return this.getAttribute("loading") === "lazy";
  }

  #address(token, autoplay) {
    const url = new URL(`/video/embed/${encodeURIComponent(token)}`, this.#host);
    for (const name of PARAMETERS) {
      const value = this.getAttribute(name);
      if (value === null || (name === "autoplay" && this.#isLazy) || (name === "title" && !isSwitch(value))) continue;
      if (value || SWITCHES.includes(name)) url.searchParams.set(name, value || "1");
    }
    if (autoplay) url.searchParams.set("autoplay", "1");
    return url.href;
  }

  #build() {
    this[empty]();
    if (this.#isLazy && !this.#destroyed) this.#waitFor();
    else this[mount]();
  }

  #waitFor() {
    const token = this.getAttribute("token");
    if (!token) return;
    const poster = document.createElement("img");
    poster.alt = "";
    poster.loading = "lazy";
    poster.src = this.getAttribute("poster") || `${this.#host}/thumbnails/${encodeURIComponent(token)}.jpg`;
    const button = (this.#button = document.createElement("button"));
    button.type = "button";
    button.setAttribute("aria-label", this.#title ? `Play video: ${this.#title}` : "Play video");
    const [, colour] = /^#?([\da-f]{3,8})$/i.exec(this.getAttribute("color") ?? "") ?? [];
    if (colour) button.style.setProperty("--cue", `#${colour}`);
    button.append(triangle());
    this.#root.append(poster, button);

    this.#facade = new AbortController();
    const { signal } = this.#facade;
    const listen = (names, act) => {
      for (const name of names) super.addEventListener(name, act, { signal, passive: true });
    };
    let soon;
    const stay = () => clearTimeout(soon);
    listen(["pointerenter", "focusin"], () => {
      connectEarly(this.#host);
      stay();
      soon = setTimeout(() => this[mount](), NEAR_MS);
    });
    listen(["pointerleave", "pointercancel"], stay);
    signal.onabort = stay;
    listen(["click"], () => {
      const loaded = this.#frame;
      this[mount](true, true);
      this.#frame?.focus();
      if (loaded) this.#player[hurry]();
    });
  }

  #reveal() {
    this.#facade.abort();
    this.#button?.remove();
    this.#button = undefined;
  }
}

const isSwitch = (value) => /^(0|1|true|false)$/.test(value);

const known = new Set();

function connectEarly(host) {
  if (known.has(host)) return;
  known.add(host);
  const link = document.createElement("link");
  link.rel = "preconnect";
  link.href = host;
  document.head.append(link);
}

function triangle() {
  const [svg, path] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M8 5.5v13l10.5-6.5z");
  svg.append(path);
  return svg;
}

if (globalThis.customElements && !customElements.get("cuepoint-player")) {
  customElements.define("cuepoint-player", CuepointPlayerElement);
}
