// The pages of the startup table: each player as its own documentation starts it, all files on our
// origin, media and poster in the markup where the player allows it, muted autoplay.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import type { File } from "./proxy.js";

export type Contender = {
  name: string;
  path: string;
  /** An expression, true once the player's own play control is rendered and enabled; none: native controls. */
  interactive?: string;
  /** An expression, true once all controls are: for a player whose first ones stand before its script. */
  complete?: string;
};

const TOKEN = "demoTourOfCuepoint0001";
const SRC = `/media/${TOKEN}/tour.mp4`;
const POSTER = `/thumbnails/${TOKEN}.jpg`;
const NATIVE = `src="${SRC}" poster="${POSTER}" width="1280" height="720" preload="metadata" playsinline autoplay muted`;

export const ours: Contender = {
  name: "Cuepoint embed",
  path: `/video/embed/${TOKEN}?autoplay=1&muted=1`,
  // The bar of the page: the script in its head serves play, sound and time from then on.
  interactive: `usable(document.querySelector(".js .first-bar.on .control, .live .bar .control"))`,
  complete: `usable(document.querySelector(".live .bar .control"))`,
};
export const bare: Contender = { name: "bare <video>", path: "/peers/bare" };

type Peer = { name: string; slug: string; interactive: string; head: string; body: string; files: () => Promise<Record<string, File>> };

const installed = createRequire(import.meta.url);
const folder = (name: string) => installed.resolve.paths(name)!.map((at) => join(at, name)).find(existsSync)!;
const js = (body: string | Buffer): File => ({ type: "text/javascript", body });
const css = (body: string | Buffer): File => ({ type: "text/css", body });
const read = (name: string, file: string) => readFileSync(join(folder(name), file));

async function bundle(...modules: string[]): Promise<File> {
  const contents = modules.map((name) => `import ${JSON.stringify(name)};`).join("\n");
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, write: false, format: "esm", target: "es2022", logLevel: "error" });
  return js(Buffer.from(outputFiles[0]!.contents));
}

const peers: Peer[] = [
  {
    name: "Plyr 3.8.4",
    slug: "plyr",
    // Plyr puts its bar into the page when the constructor has bound its listeners; all but enabled buttons are disabled.
    interactive: `usable(document.querySelector('.plyr__controls button[data-plyr="play"]'))`,
    head: `<link rel="stylesheet" href="/peers/plyr.css">`,
    // By default the icons come from cdn.plyr.io: a self-hosted page names its own.
    body: `<video id="player" controls ${NATIVE}></video><script src="/peers/plyr.js"></script>
<script>new Plyr("#player",{iconUrl:"/peers/plyr.svg",blankVideo:""})</script>`,
    files: async () => ({
      "/peers/plyr.js": js(read("plyr", "dist/plyr.min.js")),
      "/peers/plyr.css": css(read("plyr", "dist/plyr.css")),
      "/peers/plyr.svg": { type: "image/svg+xml", body: read("plyr", "dist/plyr.svg") },
    }),
  },
  {
    name: "media-chrome 4.19.4",
    slug: "media-chrome",
    // The elements upgrade together: the controller listens and the button has drawn its shadow tree.
    interactive: `document.querySelector("media-controller:defined")?.mediaStore && usable(document.querySelector("media-play-button:defined"))`,
    head: `<script type="module" src="/peers/media-chrome.js"></script>`,
    body: `<media-controller><video slot="media" ${NATIVE}></video><media-control-bar><media-play-button></media-play-button>
<media-time-range></media-time-range><media-time-display showduration></media-time-display><media-mute-button></media-mute-button>
<media-volume-range></media-volume-range><media-captions-button></media-captions-button>
<media-fullscreen-button></media-fullscreen-button></media-control-bar></media-controller>`,
    files: async () => {
      const parts = ["controller", "control-bar", "play-button", "time-range", "time-display", "mute-button", "volume-range", "captions-button", "fullscreen-button"];
      return { "/peers/media-chrome.js": await bundle(...parts.map((part) => `media-chrome/media-${part}`)) };
    },
  },
  {
    name: "Video.js 8.24.1",
    slug: "video-js-8",
    // Either button: when the video was playing before the script came, its bar stays hidden and the big button stands.
    interactive: `videojs.getAllPlayers().some((player) => player.isReady_)
      && [...document.querySelectorAll(".vjs-controls-enabled :is(.vjs-play-control, .vjs-big-play-button)")].some(usable)`,
    head: `<link rel="stylesheet" href="/peers/video-js-8.css">`,
    body: `<video class="video-js" controls data-setup="{}" ${NATIVE}></video><script src="/peers/video-js-8.js"></script>`,
    files: async () => ({
      "/peers/video-js-8.js": js(read("video.js", "dist/video.min.js")),
      "/peers/video-js-8.css": css(read("video.js", "dist/video-js.min.css")),
    }),
  },
  {
    name: "Video.js 10.0.0-beta.23",
    slug: "video-js-10",
    // The skin's shadow tree is drawn; its button gets a label only from the player it has been connected to.
    interactive: `usable(document.querySelector("video-skin")?.shadowRoot?.querySelector("media-play-button[aria-label]"))`,
    head: `<script type="module" src="/peers/video-js-10.js"></script>`,
    body: `<video-player><video-skin><video slot="media" ${NATIVE}></video></video-skin></video-player>`,
    files: async () => ({ "/peers/video-js-10.js": await bundle("@videojs/html/video/player", "@videojs/html/video/skin") }),
  },
  {
    name: "mux-player 3.14.0",
    slug: "mux-player",
    // Its theme draws media-chrome's button two shadow trees down.
    interactive: `(() => {
      const theme = document.querySelector("mux-player")?.shadowRoot?.querySelector("media-theme")?.shadowRoot;
      return theme?.querySelector("media-controller")?.mediaStore && [...theme.querySelectorAll("media-play-button")].some(usable);
    })()`,
    head: `<script defer src="/peers/mux-player.js"></script>`,
    // It makes its own <video>, so the address cannot stand in the markup as one; no Mux account, so no analytics key.
    body: `<mux-player src="${SRC}" poster="${POSTER}" autoplay="muted" muted preload="metadata" playsinline style="width:1280px;height:720px"></mux-player>`,
    files: async () => ({ "/peers/mux-player.js": js(read("@mux/mux-player", "dist/mux-player.js")) }),
  },
];

const html = (head: string, body: string): File => ({
  type: "text/html; charset=utf-8",
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A player</title><link rel="icon" href="data:,">
<style>body{margin:0}</style>${head}</head><body>${body}</body></html>`,
});

/** Every peer, and the files of all of them by path. */
export async function assemble(): Promise<{ contenders: Contender[]; files: Record<string, File> }> {
  const files: Record<string, File> = { [bare.path]: html("", `<video controls ${NATIVE}></video>`) };
  const contenders = [];
  for (const { name, slug, interactive, head, body, files: own } of peers) {
    const path = `/peers/${slug}`;
    files[path] = html(head, body);
    Object.assign(files, await own());
    contenders.push({ name, path, interactive });
  }
  return { contenders, files };
}
