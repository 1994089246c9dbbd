import { existsSync } from "node:fs";
import { test as base, expect } from "@playwright/test";
import { launch, type Browser, type ElementHandle, type Frame, type Page } from "puppeteer-core";
import { Server } from "../support/server.js";

const places = [process.env.FIREFOX ?? "", "/usr/bin/firefox-esr", "/usr/bin/firefox"];
const executablePath = places.find((place) => place !== "" && existsSync(place));

type Fixtures = { tab: Page };

/** A test in the system's Firefox, over WebDriver BiDi; it fails when the browser's console complained. */
export const test = base.extend<Fixtures, { server: Server; firefox: Browser }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      expect(await server.stop()).toBe(0);
    },
    { scope: "worker" },
  ],
  firefox: [
    async ({}, use) => {
      if (executablePath === undefined) throw new Error("No Firefox found: install firefox-esr, or name it in FIREFOX.");
      const firefox = await launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: { "media.volume_scale": "0.0" } });
      await use(firefox);
      await firefox.close();
    },
    { scope: "worker" },
  ],
  tab: async ({ firefox }, use, info) => {
    const tab = await firefox.newPage();
    await tab.setViewport({ width: 1280, height: 800 });
    const complaints: string[] = [];
    tab.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) complaints.push(message.text());
    });
    tab.on("pageerror", (error) => complaints.push(String(error)));
    // Firefox keeps these out of the page's console.
    await tab.evaluateOnNewDocument(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => console.error("policy", violatedDirective, blockedURI));
    });
    tab.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      // A page that goes ends the stream it follows, and what it was sending: a beacon says that again.
      const ended = reason === "NS_BINDING_ABORTED" && /\/talk\/\w+\/stream\?|\/engage\/record$/.test(request.url());
      if (!ended) complaints.push(`${request.url()}: ${reason}`);
    });
    await use(tab);
    if (info.status !== info.expectedStatus) await tab.screenshot({ path: info.outputPath("firefox.png") as `${string}.png` });
    await tab.close();
    expect(complaints, "the browser's console").toEqual([]);
  },
});

if (executablePath === undefined && !process.env.CI) {
  test.skip(true, "left out: no Firefox found (scripts/setup installs firefox-esr; or name it in FIREFOX)");
}

export { expect };

/** The parts of a player, on a page or in a frame, found by role and name. */
export class Player {
  constructor(readonly at: Page | Frame) {}

  /** The element with this role and name, once it is there. */
  async find(role: string, name: string): Promise<ElementHandle<HTMLElement>> {
    const found = await this.at.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);
    return found as ElementHandle<HTMLElement>;
  }
  async click(role: string, name: string): Promise<void> {
    await (await this.find(role, name)).click();
  }
  video<T>(read: (video: HTMLVideoElement) => T): Promise<T> {
    return this.at.$eval("video", read as (video: Element) => T) as Promise<T>;
  }
  /** Our controls have taken over from the native ones. */
  async live(): Promise<this> {
    await expect.poll(() => this.video((video) => video.controls)).toBe(false);
    return this;
  }
  time(): Promise<number> {
    return this.video((video) => video.currentTime);
  }
  async plays(): Promise<void> {
    const before = await this.time();
    await expect.poll(() => this.time()).toBeGreaterThan(before + 0.3);
  }
  /** Jumps as the scrubber does. */
  async seek(seconds: number): Promise<void> {
    const scrubber = (await this.find("slider", "Seek")) as unknown as ElementHandle<HTMLInputElement>;
    await scrubber.evaluate((input, value) => {
      input.value = value;
      for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
    }, String(seconds * 1000));
    await expect.poll(() => this.time()).toBeGreaterThanOrEqual(seconds - 0.1);
  }
}
