import { test as base, expect, type FrameLocator, type Locator, type Page } from "@playwright/test";
import { Server } from "./server.js";

export const TOKEN = "demoTourOfCuepoint0001";

type Fixtures = { complaints: string[] };

/** A test with a server of its worker's; it fails when the browser's console complained. */
export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      expect(await server.stop()).toBe(0);
    },
    { scope: "worker" },
  ],
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await use(complaints);
      expect(complaints, "the browser's console").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** The parts of a player, on a page or in a frame, found as a person finds them. */
export class Player {
  readonly root: Locator;
  readonly video: Locator;
  constructor(readonly at: Page | FrameLocator) {
    this.root = at.getByRole("group", { name: /^Video player/ });
    this.video = this.root.locator("video");
  }
  button(name: string | RegExp): Locator {
    return this.root.getByRole("button", { name, exact: typeof name === "string" });
  }
  /** Moves the mouse over the picture: the controls come up. */
  async stir(): Promise<void> {
    for (const x of [10, 20]) await this.root.hover({ position: { x, y: 60 } });
  }
  /** Brings the controls up, as a moving mouse does, and presses one of them. */
  async press(name: string): Promise<void> {
    // On a busy machine they may have gone again before the click.
    await expect(async () => {
      await this.stir();
      await this.button(name).click({ timeout: 1_500 });
    }).toPass();
  }
  /** The player has arrived. */
  async live(): Promise<this> {
    await expect(this.root).toHaveClass(/\blive\b/);
    return this;
  }
  async time(): Promise<number> {
    return this.video.evaluate((video: HTMLVideoElement) => video.currentTime);
  }
  async plays(): Promise<void> {
    const before = await this.time();
    await expect.poll(() => this.time()).toBeGreaterThan(before + 0.3);
  }
  /** Jumps as the scrubber does. */
  async seek(seconds: number): Promise<void> {
    await this.root.getByRole("slider", { name: "Seek" }).fill(String(seconds * 1000));
    await expect.poll(() => this.time()).toBeGreaterThanOrEqual(seconds - 0.1);
  }
  /** Presses play and stops at the first picture: the video has begun, and its time stands still. */
  async begins(press = (button: Locator) => button.click()): Promise<void> {
    await this.video.evaluate((video: HTMLVideoElement) => video.addEventListener("playing", () => video.pause(), { once: true }));
    await press(this.button("Play video"));
    await expect(this.root).toHaveClass(/\bstarted\b/);
    await expect(this.video).toHaveJSProperty("paused", true);
  }
  /** Stops where it is, so that a test may take its time. */
  async halts(): Promise<void> {
    await this.video.evaluate((video: HTMLVideoElement) => video.pause());
  }
  async goesOn(): Promise<void> {
    // Whatever holds playback interrupts it.
    await this.video.evaluate((video: HTMLVideoElement) => void video.play().catch(() => {}));
  }
  /** Plays from this second, once the faces are there: what comes before its script has come is passed by. */
  async playsFrom(seconds: number): Promise<void> {
    await this.halts();
    await this.seek(seconds);
    const faces = () => this.video.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/video/faces/")));
    await expect.poll(faces, { message: "the faces of what stands on the frame" }).toBe(true);
    await this.goesOn();
  }
}

/** Opens the page and plays from this second. */
export async function watch(page: Page, url: string, from = 1.2): Promise<Player> {
  await page.goto(url);
  const player = await new Player(page).live();
  await player.begins();
  await player.playsFrom(from);
  return player;
}

/** What moves as it comes has come to rest; what turns for ever does not count. */
export async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ends = ({ effect, playState }: Animation) => playState === "running" && Number.isFinite(Number(effect?.getComputedTiming().endTime));
    await Promise.all(document.getAnimations().filter(ends).map(({ finished }) => finished.catch(() => {})));
  });
}
