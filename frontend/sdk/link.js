// The wire to one frame: says hello until the player in it answers, then carries calls and events.

import { aborted, typed } from "./errors.js";

export class Link {
  #frame;
  #hear;
  #lost;
  /** The window and address that the answer came from. */
  #page;
  #port;
  /** Our ends of the channels that went out with a hello. */
  #offered = [];
  #waiting = new Map();
  #calls = 0;
  #ended = new AbortController();

  /**
   * @param {HTMLIFrameElement} frame
   * @param {(message: {event: string, detail: any, ask?: number}) => void} hear
   * @param {() => void} lost the page that had answered has left the frame
   */
  constructor(frame, hear, lost) {
    this.#frame = frame;
    this.#hear = hear;
    this.#lost = lost;
    const { signal } = this.#ended;
    const loaded = () => {
      if (this.#port && this.#whose().some((mark, n) => mark !== this.#page[n])) this.#leave();
      this.hello();
    };
    const greeted = ({ source, data }) => {
      if (source === frame.contentWindow && /^\{.*"player\.js"/.test(data) && /"event":\s*"ready"/.test(data)) {
        this.hello();
      }
    };
    frame.addEventListener("load", loaded, { signal });
    window.addEventListener("message", greeted, { signal });
    this.hello();
  }

  /**
   * Greets the player in the frame; `play` asks it to start before the rest of it has arrived. Once one has
   * answered, only a page that has come after it by itself (the video that follows) takes a greeting.
   */
  hello(play = false) {
    const { contentWindow, contentDocument, src } = this.#frame;
    // A page that is not there yet has another origin: the browser would complain of the message.
    if (!contentWindow || contentDocument?.URL === "about:blank") return;
    const { origin } = new URL(src, document.baseURI);
    const { port1, port2 } = new MessageChannel();
    const again = !!this.#port;
    port1.onmessage = ({ data }) => this.#take(port1, data, again);
    this.#offered.push(port1);
    const words = { context: "cuepoint", version: 1, method: "hello", play, again };
    contentWindow.postMessage(words, origin === "null" ? "*" : origin, [port2]);
  }

  #take(port, message, again) {
    if (!this.#offered.includes(port)) return;
    if (port !== this.#port) {
      // Of several greetings the player keeps the last one's channel.
      while (this.#offered[0] !== port) this.#offered.shift().close();
      if (again) {
        this.#forget();
        this.#lost();
      }
      this.#port = port;
      this.#page = this.#whose();
      for (const { words } of this.#waiting.values()) port.postMessage(words);
    }
    if (!message.id) return this.#hear(message);
    const call = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) call?.reject(typed(message.error));
    else call?.fulfil(message.ok);
  }

  #whose() {
    return [this.#frame.contentWindow, this.#frame.src];
  }

  #leave() {
    this.drop();
    this.#lost();
  }

  /** Asks the player; rejects with its error, or when it leaves before it has answered. */
  call(name, args) {
    return new Promise((fulfil, reject) => {
      if (!this.#port) throw aborted("The player has gone");
      const words = { id: ++this.#calls, call: name, args };
      // First: it throws for what can't be cloned.
      this.#port.postMessage(words);
      this.#waiting.set(words.id, { words, fulfil, reject });
    });
  }

  answer(ask, prevented) {
    this.#port?.postMessage({ answer: ask, prevented });
  }

  /** Lets go of the page that answered; the next one to load in the frame is greeted anew. */
  drop() {
    for (const port of this.#offered) port.close();
    this.#offered = [];
    this.#port = undefined;
    this.#forget();
  }

  /** What was asked of a page that has gone is not the next one's to answer. */
  #forget() {
    for (const { reject } of this.#waiting.values()) reject(aborted("The player has gone"));
    this.#waiting.clear();
  }

  end() {
    this.#ended.abort();
    this.drop();
  }
}
