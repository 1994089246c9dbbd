// A frame over the whole screen; over the whole window where an element can't have the screen (iPhone).

const OVER_ALL = Object.entries({
  position: "fixed",
  inset: 0,
  width: "100%",
  height: "100%",
  "max-width": "none",
  "max-height": "none",
  margin: 0,
  "border-radius": 0,
  "aspect-ratio": "auto",
  "z-index": 2147483647,
})
  .map(([name, value]) => `;${name}:${value}!important`)
  .join("");

export class Screen {
  #frame;
  #box;
  #changed;
  /** The styles that filling the window has replaced. */
  #replaced;
  /** The page has asked for it, not the player itself. */
  #ours = false;
  #ended = new AbortController();

  /**
   * @param {HTMLIFrameElement} frame
   * @param {HTMLElement} box what is enlarged: the frame, or the element around it
   * @param {(on: boolean, ours: boolean) => void} changed
   */
  constructor(frame, box, changed) {
    this.#frame = frame;
    this.#box = box;
    this.#changed = changed;
    const { signal } = this.#ended;
    for (const name of ["fullscreenchange", "webkitfullscreenchange"]) {
      const noticed = (event) => {
        // Around a frame of ours the element says it, with the same event as everywhere.
        if (box !== frame) event.stopPropagation();
        this.#say(this.#hasScreen);
      };
      frame.addEventListener(name, noticed, { signal });
    }
  }

  get #hasScreen() {
    const root = this.#frame.getRootNode();
    return (root.fullscreenElement ?? root.webkitFullscreenElement) === this.#frame;
  }

  #say(on) {
    const ours = this.#ours;
    this.#ours &&= on;
    this.#changed(on, ours);
  }

  /** To be called from the page's own gesture. */
  async enter() {
    const ask = this.#frame.requestFullscreen ?? this.#frame.webkitRequestFullscreen;
    this.#ours = true;
    if (!ask || !(document.fullscreenEnabled ?? document.webkitFullscreenEnabled)) return this.fill(true);
    try {
      await ask.call(this.#frame);
    } catch (error) {
      this.#ours = false;
      throw error;
    }
  }

  async exit() {
    if (this.#replaced) this.fill(false);
    else if (this.#hasScreen) await (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
  }

  fill(on) {
    if (on === Boolean(this.#replaced)) return;
    const box = this.#box;
    const page = document.documentElement;
    if (on) {
      this.#replaced = [box, page].map((element) => [element, element.getAttribute("style")]);
      box.style.cssText += OVER_ALL;
      page.style.cssText += ";overflow:hidden!important";
    } else {
      for (const [element, style] of this.#replaced) {
        if (style === null) element.removeAttribute("style");
        else element.style.cssText = style;
      }
      this.#replaced = undefined;
    }
    this.#ours = true;
    this.#say(on);
  }

  end() {
    this.#ended.abort();
    if (this.#replaced) this.fill(false);
  }
}
