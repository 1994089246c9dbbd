// The player as the embedding page sees it: a promise for every call, an event for everything that happens.

import { aborted, typed } from "./errors.js";
import { Link } from "./link.js";
import { Screen } from "./screen.js";

/** What the frame answers; a list so that it stands here and in the types, and nowhere else. */
export const CALLS = `play pause getPaused getCurrentTime setCurrentTime getDuration getVolume setVolume getMuted setMuted
getPlaybackRate setPlaybackRate getLoop setLoop getEnded getChapters getTextTracks enableTextTrack disableTextTrack
requestPictureInPicture exitPictureInPicture addCuePoint removeCuePoint getCuePoints getWatched setViewer setConsent`.split(/\s/);

// What an element and its player do for each other.
export const attach = Symbol();
export const detach = Symbol();
export const watch = Symbol();
export const hurry = Symbol();
export const adopt = Symbol();
export const mount = Symbol();
export const empty = Symbol();

/** Of the whole page: a frame answers one player, and two copies of this script would take its channel in turns. */
const players = (globalThis[Symbol.for("cuepoint.players")] ??= new WeakMap());

export class Player {
  #target;
  /** The `<cuepoint-player>`, when that is what we play in. */
  #element;
  #link;
  #screen;
  #live = false;
  #settled = false;
  #ready;
  #fulfil;
  #reject;
  /** The name of the error that the page in the frame has given instead of a player. */
  #refused;
  #fullscreen = false;
  #listeners = new Map();
  /** The events that the element hands on to the document, whoever listens. */
  #kept = new Set();
  #subscribed = new Set();

  static {
    for (const name of CALLS) {
      Player.prototype[name] = function (...args) {
        return this.#call(name, args);
      };
    }
  }

  /** @param {HTMLIFrameElement | HTMLElement} target the one player of an embed's iframe or a `<cuepoint-player>` */
  constructor(target) {
    const known = players.get(target);
    if (known) return known;
    const isFrame = target?.localName === "iframe";
    if (!isFrame && !target?.[adopt]) throw new TypeError("A player needs an <iframe> or a <cuepoint-player>");
    this.#target = target;
    players.set(target, this);
    this.#pend();
    // For a screen that the player has taken by itself.
    this[watch]("fullscreenchange");
    if (isFrame) {
      this[attach](target);
    } else {
      this.#element = target;
      target[adopt](this);
    }
  }

  /** Fulfilled once the player can be used; it does not load a lazy one. */
  ready() {
    return this.#ready;
  }

  on(name, listener) {
    if (typeof listener !== "function") throw new TypeError("A listener is a function");
    if (!this.#target) return;
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    this.#subscribe(name);
    if (name === "ready" && this.#live) this.#ready.then((detail) => this.#tell([listener], happening(name, detail)));
  }

  /** Without a listener: all of that event's. */
  off(name, listener) {
    const listeners = this.#listeners.get(name);
    if (listener) listeners?.delete(listener);
    if (listener && listeners?.size) return;
    this.#listeners.delete(name);
    if (!this.#kept.has(name) && this.#subscribed.delete(name)) this.#send("removeEventListener", name);
  }

  async requestFullscreen() {
    this.#element?.[mount](true);
    if (!this.#screen) throw aborted("The player has gone");
    await this.#screen.enter();
  }

  async exitFullscreen() {
    await this.#screen?.exit();
  }

  /** Leaves nothing behind; an iframe that the page has made stays, with its video. */
  async destroy() {
    if (!this.#target) return;
    players.delete(this.#target);
    this[detach]();
    if (this.#settled) this.#pend();
    this.#reject(aborted("The player was destroyed"));
    this.#element?.[empty](true);
    this.#listeners.clear();
    this.#kept.clear();
    this.#subscribed.clear();
    this.#target = this.#element = undefined;
  }

  [attach](frame) {
    this.#screen = new Screen(frame, this.#target, (on, ours) => {
      this.#turn(on);
      if (ours) this.#send("filled", on);
    });
    this.#link = new Link(frame, (message) => this.#hear(message), () => this.#lose());
  }

  [detach]() {
    this.#screen?.end();
    this.#link?.end();
    this.#screen = this.#link = undefined;
    this.#lose();
  }

  /** Plays without waiting for the player's script. */
  [hurry]() {
    if (!this.#live) this.#link?.hello(true);
    this.play().catch(() => {});
  }

  [watch](name) {
    this.#kept.add(name);
    this.#subscribe(name);
  }

  async #call(name, args) {
    this.#element?.[mount]();
    await this.#ready;
    if (!this.#link) throw aborted("The player has gone");
    return this.#link.call(name, args);
  }

  #pend() {
    this.#settled = false;
    this.#ready = new Promise((fulfil, reject) => {
      this.#fulfil = fulfil;
      this.#reject = reject;
    });
    // Whoever asks hears of it; nobody has to.
    this.#ready.catch(() => {});
  }

  #lose() {
    this.#live = false;
    this.#refused = undefined;
    this.#turn(false);
    if (this.#settled) this.#pend();
  }

  #hear({ event, detail, ask }) {
    if (event === "fill") {
      if (detail.on) this.#screen.fill(true);
      else this.#screen.exit().catch(() => {});
    } else if (event === "fullscreenchange") {
      this.#turn(detail.fullscreen);
    } else if (event === "ready") {
      const isNew = !this.#live;
      if (isNew) this.#settle(true, detail);
      for (const name of this.#subscribed) this.#send("addEventListener", name);
      if (isNew) this.#emit(event, detail);
    } else if (this.#live) {
      const prevented = this.#emit(event, detail, ask !== undefined);
      if (ask !== undefined) this.#link.answer(ask, prevented);
    } else if (event === "error") {
      this.#link.drop();
      if (this.#refused === detail.name) return;
      this.#settle(false, typed(detail));
      this.#refused = detail.name;
      this.#emit(event, detail);
    }
  }

  #settle(live, value) {
    if (this.#settled) this.#pend();
    this.#live = live;
    this.#settled = true;
    this.#refused = undefined;
    if (live) this.#fulfil(value);
    else this.#reject(value);
  }

  #subscribe(name) {
    if (name === "ready" || this.#subscribed.has(name)) return;
    this.#subscribed.add(name);
    this.#send("addEventListener", name);
  }

  #send(name, value) {
    if (this.#live) this.#link.call(name, [value]).catch(() => {});
  }

  #turn(on) {
    if (on === this.#fullscreen) return;
    this.#fullscreen = on;
    this.#emit("fullscreenchange", { fullscreen: on });
  }

  #emit(name, detail, cancelable = false) {
    const event = happening(name, detail, cancelable);
    this.#element?.dispatchEvent(event);
    this.#tell(this.#listeners.get(name) ?? [], event);
    return event.defaultPrevented;
  }

  #tell(listeners, event) {
    for (const listener of [...listeners]) {
      try {
        listener.call(this, event);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** An event whose fields can be read from its `detail`, or from itself. */
function happening(name, detail, cancelable = false) {
  // The browser's own of this name, which it replaces, bubbles.
  const event = new CustomEvent(name, { detail, cancelable, bubbles: name === "fullscreenchange" });
  for (const key in detail) if (!(key in event)) event[key] = detail[key];
  return event;
}
