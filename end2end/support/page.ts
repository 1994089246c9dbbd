import type { CDPSession, Page } from "@playwright/test";
import { site } from "./receiver.js";
import type { Server } from "./server.js";
import { test as base, TOKEN } from "./test.js";

/** The token of a stand-in for the player; see `standIn`. */
export const STAND_IN = "standInForThePlayer001";

type Fixtures = {
  /** Opens a customer's page, on another site than the player's, with this body. */
  embed: (body: string) => Promise<void>;
};

/** A test of pages that embed the player. */
export const test = base.extend<Fixtures>({
  embed: async ({ page, server }, use) => {
    const sites: { stop: () => void }[] = [];
    await use(async (body) => {
      const served = await site(`<!doctype html><html lang="en"><head><title>A customer's page</title>
        <link rel="icon" href="data:,"><style>iframe, cuepoint-player { width: 640px; border: 0 } iframe { height: 360px }</style>
        </head><body><main><h1>Hello</h1>${body.replaceAll("HOST", server.url).replaceAll("TOKEN", TOKEN)}</main></body></html>`);
      sites.push(served);
      await page.goto(served.url);
    });
    for (const { stop } of sites) stop();
  },
});

/** The SDK as a module; it stands before the tags that it makes. */
export const SDK = `<script type="module" src="HOST/sdk/player.js"></script>`;

export const frame = (token = "TOKEN", more = "") =>
  `<iframe src="HOST/video/embed/${token}" title="A tour" allow="autoplay; fullscreen" ${more}></iframe>`;

/**
 * Answers for `STAND_IN` with a page that speaks the player's side of the protocol and does what a test tells it:
 * `said` is all it was asked, `tell` sends an event, `ask` one that can be prevented. With `refuses` it is a
 * page without a video; it answers when it has been greeted as often as its `patience` says.
 */
export async function standIn(page: Page, server: Server, refuses?: string, patience = 1): Promise<void> {
  await page.route(`${server.url}/video/embed/${STAND_IN}*`, (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!doctype html><html lang="en"><title>Stand-in</title><style>html { background: #345 }</style>
        <button>Inside</button><script>(${child})(${JSON.stringify(refuses ?? null)}, ${patience})</script></html>`,
    }),
  );
  await page.route(`${server.url}/thumbnails/${STAND_IN}.jpg`, (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: `<svg xmlns="http://www.w3.org/2000/svg"/>` }),
  );
}

export type StandIn = {
  hellos: { play?: boolean; origin: string }[];
  said: [name: string, ...args: unknown[]][];
  answers: unknown[];
  tell: (event: string, detail: unknown) => void;
  ask: (event: string, detail: unknown, ask: number) => void;
};

function child(refuses: string | null, patience: number): void {
  let port: MessagePort | undefined;
  const greetings: MessagePort[] = [];
  const state: StandIn = {
    hellos: [],
    said: [],
    answers: [],
    tell: (event, detail) => port!.postMessage({ event, detail }),
    ask: (event, detail, ask) => port!.postMessage({ event, detail, ask }),
  };
  Object.assign(window, { standIn: state });
  const video: Record<string, unknown> = { Paused: true, CurrentTime: 0, Duration: 60, Volume: 1, Muted: false };

  addEventListener("message", ({ data, origin, ports }) => {
    if (data?.context !== "cuepoint" || data.version !== 1 || data.method !== "hello") return;
    // Meant for a page that would have come after this one.
    if (data.again && port) return;
    state.hellos.push({ play: data.play, origin });
    greetings.push(ports[0]!);
    if (state.hellos.length >= patience) greetings.splice(0).forEach(greeted);
    else parent.postMessage(JSON.stringify({ context: "player.js", event: "ready", value: {} }), "*");
  });

  // As the player does: the last greeting's port takes the place of the others'.
  function greeted(mine: MessagePort): void {
    port?.close();
    port = mine;
    mine.onmessage = ({ data }) => hear(data);
    const detail = refuses
      ? { name: refuses, message: "No video" }
      : { version: 1, duration: 60, methods: ["play"], events: ["play"] };
    mine.postMessage({ event: refuses ? "error" : "ready", detail });
  }

  function hear({ id, call, args, answer, prevented }: Record<string, any>): void {
    const reply = (words: unknown) => port!.postMessage(words);
    if (answer !== undefined) return void state.answers.push({ answer, prevented });
    state.said.push([call, ...args]);
    const field = /^[gs]et(.*)/.exec(call)?.[1] ?? "";
    let ok: unknown = null;
    if (call === "pause") return; // Never answered.
    if (call === "setViewer") {
      reply({ id, error: { name: "UnsupportedError", message: "Not yet" } });
      return;
    }
    if (call === "setCurrentTime" && (args[0] < 0 || args[0] > 60)) {
      reply({ id, error: { name: "RangeError", message: "The video is 60 s long" } });
      return;
    }
    if (call.startsWith("get")) ok = video[field] ?? null;
    else if (call.startsWith("set")) video[field] = args[0];
    reply({ id, ok });
    if (call === "play") reply({ event: "play", detail: { seconds: 0, duration: 60, percent: 0 } });
  }
}

/** How many event listeners something has, as the browser's own tools count them. */
export async function listeners(page: Page, expression: string): Promise<number> {
  const tools: CDPSession = await page.context().newCDPSession(page);
  const { result } = await tools.send("Runtime.evaluate", { expression });
  const found = await tools.send("DOMDebugger.getEventListeners", { objectId: result.objectId! });
  await tools.detach();
  return found.listeners.length;
}
