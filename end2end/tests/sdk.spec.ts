import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import type { CuepointPlayerElement, Player as Handle } from "../../frontend/sdk/player.js";
import { Authored, film } from "../support/film.js";
import { frame, listeners, SDK, STAND_IN, standIn, test, type StandIn } from "../support/page.js";
import { expect, Player } from "../support/test.js";

declare global {
  interface Window {
    player: Handle;
    heard: unknown[];
    /** What another copy of the script made, and around what. */
    others: [HTMLIFrameElement | CuepointPlayerElement, Handle][];
    standIn: StandIn;
  }
}

const element = `${SDK}<cuepoint-player token="TOKEN" title="A tour"></cuepoint-player>`;
const lazy = element.replace("token=", 'loading="lazy" token=');
const standing = (html: string) => html.replaceAll("TOKEN", STAND_IN);

/** A player around the first iframe of the page, left in `window.player`; what it hears is in `heard`. */
const around = `<script type="module">
  import { Player } from "HOST/sdk/player.js";
  window.heard = [];
  window.player = new Player(document.querySelector("iframe"));
</script>`;

const tag = (page: Page): Locator => page.locator("cuepoint-player");
const ready = (page: Page) => page.waitForFunction(() => window.player).then(() => page.evaluate(() => window.player.ready()));
const inside = (page: Page) => page.frames().find((frame) => frame.url().includes(STAND_IN))!;
const said = (page: Page) => inside(page).evaluate(() => window.standIn.said.map(([name]) => name));

/** The name and message that a call rejects with. */
const refusal = (page: Page, call: (player: Handle) => Promise<unknown>): Promise<string> =>
  page.evaluate(`(${call})(window.player).then(() => "fulfilled", (error) => error.name)`);

test.describe("the player itself", () => {
  test("one tag is a player", async ({ page, embed, server }) => {
    await embed(element);
    const iframe = page.locator("cuepoint-player iframe");
    await expect(iframe).toHaveAttribute("title", "A tour");
    await expect(iframe).toHaveAttribute("allow", /^autoplay; fullscreen; picture-in-picture; encrypted-media(; web-share)?$/);
    await expect(iframe).toHaveAttribute("referrerpolicy", "strict-origin-when-cross-origin");
    expect(await iframe.evaluate((frame: HTMLIFrameElement) => new URL(frame.src).origin)).toBe(server.url);
    const { width, height } = (await iframe.boundingBox())!;
    expect([width, height]).toEqual([640, 360]);
    expect(await tag(page).evaluate((player: CuepointPlayerElement) => player.getDuration())).toBeGreaterThan(20);
    await tag(page).evaluate((player: CuepointPlayerElement) => player.play());
    await new Player(page.frameLocator("iframe")).plays();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });

  test("an iframe of the page answers every call with a promise", async ({ page, embed }) => {
    await embed(frame() + around);
    await ready(page);
    const answers = await page.evaluate(async () => {
      const { player } = window;
      await player.setVolume(0.4);
      await player.setMuted(true);
      await player.setPlaybackRate(1.5);
      await player.setLoop(true);
      await player.setCurrentTime(12.5);
      const id = await player.addCuePoint(30, { slide: 4 });
      const points = await player.getCuePoints();
      await player.removeCuePoint(id);
      return {
        volume: await player.getVolume(),
        muted: await player.getMuted(),
        rate: await player.getPlaybackRate(),
        loop: await player.getLoop(),
        time: await player.getCurrentTime(),
        paused: await player.getPaused(),
        ended: await player.getEnded(),
        points: points.map(({ time, data }) => ({ time, data })),
        left: await player.getCuePoints(),
      };
    });
    expect(answers).toEqual({
      volume: 0.4,
      muted: true,
      rate: 1.5,
      loop: true,
      time: 12.5,
      paused: true,
      ended: false,
      points: [{ time: 30, data: { slide: 4 } }],
      left: [],
    });
  });

  test("calls made before the player is there wait for it", async ({ page, embed }) => {
    await embed(`${around.replace("document.querySelector", "window.made = document.querySelector")}${frame()}`);
    await page.waitForFunction(() => window.player);
    expect(await page.evaluate(() => Promise.all([window.player.getDuration(), window.player.getPaused()]))).toEqual([
      expect.any(Number),
      true,
    ]);
  });

  test("what can't be done is a typed error", async ({ page, embed }) => {
    await embed(frame() + around);
    await ready(page);
    expect(await refusal(page, (player) => player.setCurrentTime(-1))).toBe("RangeError");
    expect(await refusal(page, (player) => player.setCurrentTime(1e6))).toBe("RangeError");
    expect(await refusal(page, (player) => player.setVolume(50))).toBe("RangeError");
    expect(await refusal(page, (player) => player.setPlaybackRate(9))).toBe("RangeError");
    expect(await refusal(page, (player) => player.setViewer("someone"))).toBe("DataError");
    expect(await refusal(page, (player) => player.setConsent({} as { analytics: boolean }))).toBe("DataError");
    expect(await refusal(page, (player) => player.addCuePoint(1, () => {}))).toBe("DataCloneError");
    expect(
      await page.evaluate(async () => {
        const error = await window.player.setVolume(50).catch((error: unknown) => error);
        return error instanceof RangeError && error instanceof Cuepoint.RangeError;
      }),
    ).toBe(true);
  });

  test("events tell what the video does, until they are called off", async ({ page, embed }) => {
    await embed(frame() + around);
    await ready(page);
    await page.evaluate(async () => {
      const { player, heard } = window;
      player.on("play", ({ type, detail, seconds }) => heard.push([type, detail.seconds === seconds]));
      player.on("volumechange", (event) => heard.push(["volume", event.detail.volume]));
      player.on("timeupdate", function once({ seconds, duration, percent }) {
        player.off("timeupdate", once);
        heard.push(["time", Math.abs(percent - seconds / duration) < 0.01]);
      });
      await player.setVolume(0.5);
      await player.play();
    });
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual([["volume", 0.5], ["play", true], ["time", true]]);
    const after = await page.evaluate(async () => {
      const { player, heard } = window;
      player.off("play");
      await player.pause();
      await player.play();
      player.off("volumechange");
      await player.setVolume(1);
      await player.pause();
      return heard.length;
    });
    expect(after).toBe(3);
  });

  test("several players on one page keep apart", async ({ page, embed }) => {
    await embed(element + element.replace(SDK, "") + frame() + around);
    await expect(tag(page)).toHaveCount(2);
    const times = await page.evaluate(async () => {
      const players = [...document.querySelectorAll("cuepoint-player"), window.player];
      await Promise.all(players.map((player, n) => player.setCurrentTime(10 + n)));
      return Promise.all(players.map((player) => player.getCurrentTime()));
    });
    expect(times.map(Math.round)).toEqual([10, 11, 12]);
  });

  test("a video that is not there is a NotFoundError", async ({ page, embed, complaints }) => {
    await embed(frame("A".repeat(22)) + around);
    await page.waitForFunction(() => window.player);
    expect(await refusal(page, (player) => player.ready())).toBe("NotFoundError");
    expect(await refusal(page, (player) => player.play())).toBe("NotFoundError");
    // The browser itself names the 404.
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    complaints.length = 0;
  });

  test("a click on a call to action is the page's to prevent", async ({ page, embed, context }) => {
    await embed(frame() + around);
    await ready(page);
    await page.evaluate(async () => {
      window.player.on("ctaclick", (event) => {
        event.preventDefault();
        window.heard.push(event.detail.id);
      });
      await window.player.play();
      await window.player.setCurrentTime(20.5);
      await window.player.pause();
    });
    await page.frameLocator("iframe").getByRole("link", { name: "Book a demo" }).click();
    await expect.poll(() => page.evaluate(() => window.heard.length)).toBe(1);
    await page.evaluate(() => window.player.play());
    // Longer than the player waits for an answer.
    await expect.poll(() => page.evaluate(() => window.player.getCurrentTime())).toBeGreaterThan(22);
    expect(context.pages()).toHaveLength(1);
  });

  test("a poster stands for the player until it is pressed", async ({ page, embed }) => {
    await embed(lazy);
    await expect(page.locator("cuepoint-player img")).toHaveJSProperty("complete", true);
    await expect(page.locator("iframe")).toHaveCount(0);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await page.getByRole("button", { name: "Play video: A tour" }).click();
    await new Player(page.frameLocator("iframe")).plays();
    await expect(page.getByRole("button", { name: "Play video: A tour" })).toHaveCount(0);
    expect(await tag(page).evaluate((player) => player.shadowRoot!.activeElement?.localName)).toBe("iframe");
  });

  test("a poster is pressed with the keyboard alone", async ({ page, embed }) => {
    await embed(lazy);
    await expect(page.locator("cuepoint-player img")).toHaveCount(1);
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name: "Play video: A tour" })).toBeFocused();
    await expect(page.locator("iframe")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await new Player(page.frameLocator("iframe")).plays();
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe("cuepoint-player");
  });

  test("the classic script is the same without modules", async ({ page, embed }) => {
    await embed(`<script src="HOST/sdk/player.classic.js"></script>
      <cuepoint-player token="TOKEN"></cuepoint-player>
      <script>window.player = new Cuepoint.Player(document.querySelector("cuepoint-player"))</script>`);
    expect(await page.evaluate(() => window.player.getPaused())).toBe(true);
    expect(await page.evaluate(() => window.player === document.querySelector("cuepoint-player")!.player)).toBe(true);
  });
});

test.describe("with a stand-in for the player", () => {
  test.beforeEach(async ({ page, server }) => standIn(page, server));

  test("two copies of the script have one player between them, around an iframe and an element", async ({ page, embed }) => {
    const tags = `${frame()}<cuepoint-player token="TOKEN"></cuepoint-player>`;
    await embed(standing(`<script src="HOST/sdk/player.classic.js"></script>${tags}${around}<script type="module">
      import { Player } from "HOST/sdk/player.js";
      window.others = [...document.querySelectorAll("iframe, cuepoint-player")].map((target) => [target, new Player(target)]);
    </script>`));
    await page.waitForFunction(() => window.others);
    const answers = await page.evaluate(() =>
      Promise.all(
        window.others.map(async ([target, other]) => {
          const player = new Cuepoint.Player(target);
          return [player === other, await player.getDuration(), await other.getPaused()];
        }),
      ),
    );
    expect(answers).toEqual([[true, 60, true], [true, 60, true]]);
  });

  test("attributes are the player's parameters", async ({ page, embed }) => {
    await embed(`${SDK}<cuepoint-player token="${STAND_IN}" autoplay muted loop="false" start="1:30" t="" lang="de"
      playbackRate="1.5" color="ff0055" controls="0" title="The Tour" data-other="1"></cuepoint-player>`);
    const src = await page.locator("iframe").evaluate((frame: HTMLIFrameElement) => frame.src);
    expect([...new URL(src).searchParams]).toEqual([
      ["autoplay", "1"],
      ["muted", "1"],
      ["loop", "false"],
      ["controls", "0"],
      ["start", "1:30"],
      ["playbackRate", "1.5"],
      ["color", "ff0055"],
      ["lang", "de"],
    ]);
  });

  test("another token is another video, and listeners stay", async ({ page, embed }) => {
    await embed(standing(element));
    await tag(page).evaluate(async (player: CuepointPlayerElement) => {
      window.heard = [];
      player.on("pause", () => window.heard.push("pause"));
      await player.ready();
      player.setAttribute("start", "5");
      player.setAttribute("token", "standInForThePlayer001?");
      player.setAttribute("token", "standInForThePlayer001");
      await player.ready();
    });
    await expect.poll(() => said(page)).toContain("addEventListener");
    await inside(page).evaluate(() => window.standIn.tell("pause", {}));
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual(["pause"]);
    expect(inside(page).url()).toContain("start=5");
  });

  test("the element tells the document what happens", async ({ page, embed }) => {
    await embed(`<script>
        window.heard = [];
        addEventListener("DOMContentLoaded", () => {
          document.querySelector("cuepoint-player").addEventListener("chapterchange", (event) => heard.push(event.detail.title));
        }, { once: true });
      </script>${standing(element)}`);
    await tag(page).evaluate((player: CuepointPlayerElement) => player.getPaused());
    await inside(page).evaluate(() => window.standIn.tell("chapterchange", { index: 0, title: "Start", startTime: 0 }));
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual(["Start"]);
    // Only who listens to a click makes the player wait for the answer.
    const asked = () => inside(page).evaluate(() => window.standIn.said.some(([, name]) => name === "ctaclick"));
    expect(await asked()).toBe(false);
    await tag(page).evaluate((player: CuepointPlayerElement) => player.addEventListener("ctaclick", (e) => e.preventDefault()));
    await expect.poll(asked).toBe(true);
    await inside(page).evaluate(() => window.standIn.ask("ctaclick", { id: "1" }, 7));
    await expect.poll(() => inside(page).evaluate(() => window.standIn.answers)).toEqual([{ answer: 7, prevented: true }]);
  });

  test("a listener that fails stops neither the others nor the answer", async ({ page, embed, complaints }) => {
    await embed(standing(frame() + around));
    await ready(page);
    await page.evaluate(() => {
      window.player.on("annotationclick", () => {
        throw new Error("mine");
      });
      window.player.on("annotationclick", ({ label }) => window.heard.push(label));
    });
    await expect.poll(() => inside(page).evaluate(() => window.standIn.said)).toContainEqual(["addEventListener", "annotationclick"]);
    await inside(page).evaluate(() => window.standIn.ask("annotationclick", { id: "1", label: "More" }, 3));
    await expect.poll(() => inside(page).evaluate(() => window.standIn.answers)).toEqual([{ answer: 3, prevented: false }]);
    expect(await page.evaluate(() => window.heard)).toEqual(["More"]);
    await expect.poll(() => complaints.length).toBeGreaterThan(0);
    expect(complaints.every((text) => text.includes("mine"))).toBe(true);
    complaints.length = 0;
  });

  test("one subscription serves all listeners of an event", async ({ page, embed }) => {
    await embed(standing(frame() + around));
    await ready(page);
    await page.evaluate(() => {
      const [one, other] = [() => {}, () => {}];
      window.player.on("play", one);
      window.player.on("play", other);
      window.player.off("play", one);
      window.player.off("play", one);
      window.player.on("seeked", one);
      window.player.off("play", other);
    });
    await expect
      .poll(() => inside(page).evaluate(() => window.standIn.said.filter(([, name]) => name !== "fullscreenchange")))
      .toEqual([["addEventListener", "play"], ["addEventListener", "seeked"], ["removeEventListener", "play"]]);
  });

  test("messages of other windows are ignored", async ({ page, embed }) => {
    await embed(`${standing(frame())}<iframe name="stranger" srcdoc="<p>Stranger</p>" title="Stranger"></iframe>${around}`);
    await ready(page);
    const hellos = () => inside(page).evaluate(() => window.standIn.hellos.length);
    const before = await hellos();
    await page.evaluate(() => {
      window.player.on("error", () => window.heard.push("error"));
      window.player.on("pause", () => window.heard.push("pause"));
    });
    await page.frame("stranger")!.evaluate(() => {
      for (const message of [
        JSON.stringify({ context: "player.js", version: "0.0.11", event: "ready", value: {} }),
        { event: "pause", detail: {} },
        { context: "cuepoint", event: "error", detail: { name: "NotFoundError" } },
        null,
      ]) {
        parent.postMessage(message, "*");
      }
    });
    expect(await page.evaluate(() => window.player.getPaused())).toBe(true);
    expect(await page.evaluate(() => window.heard)).toEqual([]);
    expect(await hellos()).toBe(before);
  });

  test("the greeting names the player's origin, and waits for the page to be there", async ({ page, embed }) => {
    await embed(`<div></div><script type="module">
      import { Player } from "HOST/sdk/player.js";
      const frame = document.createElement("iframe");
      frame.title = "A tour";
      frame.src = "HOST/video/embed/${STAND_IN}";
      window.player = new Player(frame);
      document.querySelector("div").append(frame);
    </script>`);
    await ready(page);
    expect(await inside(page).evaluate(() => window.standIn.hellos.map(({ origin }) => origin))).toContain(new URL(page.url()).origin);
  });

  test("destroy leaves nothing behind", async ({ page, embed }) => {
    await embed(standing(`${frame()}<script type="module" src="HOST/sdk/player.js"></script>`));
    await page.waitForFunction(() => window.Cuepoint);
    const count = async () => [await listeners(page, "window"), await listeners(page, "document.querySelector('iframe')")];
    const before = await count();
    const outcome = await page.evaluate(async () => {
      const iframe = document.querySelector("iframe")!;
      const player = new Cuepoint.Player(iframe);
      const again = new Cuepoint.Player(iframe) === player;
      player.on("pause", () => {});
      await player.ready();
      const unanswered = player.pause().catch((error: Error) => error.name);
      await player.getPaused();
      await player.destroy();
      const late = player.play().catch((error: Error) => error.name);
      const readiness = player.ready().catch((error: Error) => error.name);
      player.on("pause", () => {});
      await player.destroy();
      return { again, unanswered: await unanswered, late: await late, readiness: await readiness };
    });
    expect(outcome).toEqual({ again: true, unanswered: "AbortError", late: "AbortError", readiness: "AbortError" });
    expect(await count()).toEqual(before);
    await expect(page.locator("iframe")).toHaveCount(1);
    expect(await page.evaluate(() => new Cuepoint.Player(document.querySelector("iframe")!).getPaused())).toBe(true);
  });

  test("destroy empties an element", async ({ page, embed }) => {
    await embed(standing(`${element}<cuepoint-player token="TOKEN" loading="lazy"></cuepoint-player>`));
    await tag(page).first().evaluate((player: CuepointPlayerElement) => player.ready());
    const windows = await listeners(page, "window");
    const left = await page.evaluate(async () => {
      const players = [...document.querySelectorAll("cuepoint-player")];
      await Promise.all(players.map((player) => player.destroy()));
      for (const player of players) document.body.append(player);
      return players.map((player) => player.shadowRoot!.childNodes.length);
    });
    expect(left).toEqual([0, 0]);
    await expect(page.locator("iframe")).toHaveCount(0);
    expect(await listeners(page, "window")).toBe(windows - 1);
    expect(await tag(page).first().evaluate((player: CuepointPlayerElement) => player.play().catch((e: Error) => e.name))).toBe("AbortError");
  });

  test("an element taken out of the page lets go, and plays again where it is put", async ({ page, embed }) => {
    await embed(standing(element));
    await tag(page).evaluate(async (player: CuepointPlayerElement) => {
      await player.ready();
      player.remove();
    });
    await expect(page.locator("iframe")).toHaveCount(0);
    expect(await page.evaluate(async () => {
      const player = document.createElement("cuepoint-player");
      player.setAttribute("token", "standInForThePlayer001");
      player.setAttribute("host", Cuepoint ? document.querySelector("script")!.src : "");
      const answer = player.getDuration();
      document.body.append(player);
      return answer;
    })).toBe(60);
  });

  test("a pointer that comes near loads the frame, a press plays it", async ({ page, embed }) => {
    await embed(standing(lazy));
    await tag(page).hover({ position: { x: 5, y: 5 } });
    await expect(page.locator("iframe")).toHaveCount(1);
    await expect(page.locator("link[rel=preconnect]")).toHaveCount(1);
    await expect(page.locator("iframe")).toBeHidden();
    await tag(page).evaluate((player: CuepointPlayerElement) => player.ready());
    expect(await said(page)).not.toContain("play");
    expect(inside(page).url()).not.toContain("autoplay");
    await tag(page).click({ position: { x: 5, y: 5 } });
    await expect(page.locator("iframe")).toBeVisible();
    await expect.poll(() => said(page)).toContain("play");
    await expect(page.locator("cuepoint-player button")).toHaveCount(0);
  });

  test("a press without an approach loads a frame that plays by itself", async ({ page, embed }) => {
    await embed(standing(lazy));
    await tag(page).evaluate((player) => player.shadowRoot!.querySelector("button")!.click());
    await expect(page.locator("iframe")).toBeVisible();
    await expect.poll(() => inside(page)?.url()).toContain("autoplay=1");
  });

  test("a call to a lazy player loads it, and playing takes the poster away", async ({ page, embed }) => {
    await embed(standing(lazy));
    expect(await tag(page).evaluate((player: CuepointPlayerElement) => player.getDuration())).toBe(60);
    await expect(page.locator("cuepoint-player button")).toBeVisible();
    await tag(page).evaluate((player: CuepointPlayerElement) => player.play());
    await expect(page.locator("cuepoint-player button")).toHaveCount(0);
  });

  test("a player that can't have the screen fills the window, and gives it back", async ({ page, embed }) => {
    await embed(standing(element));
    await tag(page).evaluate(async (player: CuepointPlayerElement) => {
      window.heard = [];
      player.style.margin = "8px";
      player.addEventListener("fullscreenchange", ({ detail }) => window.heard.push(detail.fullscreen));
      await player.ready();
    });
    await expect.poll(() => said(page)).toContain("addEventListener");
    await inside(page).evaluate(() => window.standIn.said.push(["-"]));
    await page.evaluate(() => document.querySelector("cuepoint-player")!.getPaused());
    await inside(page).evaluate(() => window.standIn.tell("fill", { on: true }));
    await expect.poll(() => tag(page).boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).overflow)).toBe("hidden");
    await expect.poll(() => inside(page).evaluate(() => window.standIn.said.at(-1))).toEqual(["filled", true]);
    await inside(page).evaluate(() => window.standIn.tell("fill", { on: false }));
    await expect.poll(() => tag(page).getAttribute("style")).toBe("margin: 8px;");
    expect(await page.evaluate(() => document.documentElement.style.cssText)).toBe("");
    await expect.poll(() => inside(page).evaluate(() => window.standIn.said.at(-1))).toEqual(["filled", false]);
    expect(await page.evaluate(() => window.heard)).toEqual([true, false]);
  });

  test("fullscreen is the frame's, from the page's own gesture", async ({ page, embed }) => {
    await embed(standing(`${frame()}<button>Larger</button>${around}`));
    await ready(page);
    await page.evaluate(() => {
      window.player.on("fullscreenchange", ({ fullscreen }) => window.heard.push(fullscreen));
      document.querySelector("button")!.onclick = () => void window.player.requestFullscreen();
    });
    await page.getByRole("button", { name: "Larger" }).click();
    await expect.poll(() => page.evaluate(() => document.fullscreenElement?.localName)).toBe("iframe");
    await page.evaluate(() => window.player.exitFullscreen());
    await expect.poll(() => page.evaluate(() => window.heard)).toEqual([true, false]);
    expect(await page.evaluate(() => document.fullscreenElement)).toBe(null);
  });

  test("a frame that is moved loads anew, and so do its calls", async ({ page, embed }) => {
    await embed(standing(frame() + around));
    await ready(page);
    const unanswered = refusal(page, (player) => player.pause());
    await expect.poll(() => said(page)).toContain("pause");
    await page.evaluate(() => document.body.append(document.querySelector("iframe")!));
    expect(await unanswered).toBe("AbortError");
    expect(await page.evaluate(() => window.player.getDuration())).toBe(60);
  });
});

test("a player that is greeted twice before it answers is the one that calls reach", async ({ page, embed, server }) => {
  await standIn(page, server, undefined, 2);
  await embed(standing(frame() + around));
  await page.waitForFunction(() => window.player);
  const twice = await page.evaluate(async () => {
    window.player.on("ready", () => window.heard.push("ready"));
    window.player.on("play", () => window.heard.push("play"));
    return [await window.player.getDuration(), await window.player.play()];
  });
  expect(twice).toEqual([60, null]);
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual(["ready", "play"]);
  expect(await inside(page).evaluate(() => window.standIn.hellos.length)).toBeGreaterThan(1);
});

test("a page hears of a card that opens by itself, and that nobody has clicked it", async ({ page, embed, server }) => {
  const film = Authored.add(server, "filmThatLeadsOnItself1", 4);
  const again = { title: "Again", action: { seek_s: 1 } };
  await film.write({ kind: "end_screen", at: "end", layout: "card", spec: { cards: [again], next_after_s: 3 } });
  await embed(frame(film.token) + around);
  await ready(page);
  await page.evaluate(() => {
    window.player.on("endscreenclick", ({ label, automatic }) => window.heard.push([label, automatic]));
    return window.player.play();
  });
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual([["Again", true]]);
});

test("the video that follows another in its frame plays by itself, and is the same player's", async ({ page, embed, server }) => {
  const [one, two] = ["firstOfTwoInAFrame0001", "secondOfTwoInAFrame001"];
  const first = server.add(film(3), "--token", one, "--title", "One");
  server.add(film(20), "--token", two, "--title", "Two");
  await server.api("PATCH", `/api/v1/videos/${first}`, { end: "next", next: two });
  await embed(frame(`${one}?keyboard=false&t=1&lang=de`) + around);
  await ready(page);
  await page.evaluate(() => {
    window.player.on("ready", ({ duration }) => window.heard.push(Math.round(duration)));
    window.player.on("volumechange", ({ muted }) => window.heard.push(muted));
    return window.player.play();
  });
  await expect.poll(() => page.frames().map((frame) => frame.url())).toContain(
    `${server.url}/video/embed/${two}?autoplay=1&keyboard=false&lang=de`,
  );
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual([3, 20]);
  // Nobody has asked it to play.
  const time = () => page.evaluate(() => window.player.getCurrentTime());
  const before = await time();
  await expect.poll(time).toBeGreaterThan(before + 0.3);
  await page.evaluate(() => window.player.setMuted(true));
  await expect.poll(() => page.evaluate(() => window.heard)).toEqual([3, 20, true]);
});

test("a video behind a password is a PasswordError until the viewer has given it", async ({ page, embed, server }) => {
  await standIn(page, server, "PasswordError");
  await embed(standing(frame() + around));
  await page.waitForFunction(() => window.player);
  await page.evaluate(() => window.player.on("error", ({ name }) => window.heard.push(name)));
  expect(await refusal(page, (player) => player.getDuration())).toBe("PasswordError");
  expect(await page.evaluate(() => window.player.ready().catch((error: Error) => error instanceof Cuepoint.PasswordError))).toBe(true);
  await page.unrouteAll();
  await standIn(page, server);
  await inside(page).evaluate(() => location.reload());
  await expect.poll(() => refusal(page, (player) => player.getDuration())).toBe("fulfilled");
});

test.describe("the documentation", () => {
  const DOCS = "/sdk";
  const example = (page: Page, name: string) => ({
    code: page.getByRole("textbox", { name: `${name}: the code` }),
    result: page.frameLocator(`iframe[title="${name}: the result"]`),
    run: async () => {
      const block = page.locator(".docs-example").filter({ has: page.getByRole("textbox", { name: `${name}: the code` }) });
      await block.getByRole("button", { name: "Run" }).click();
    },
  });

  test("an example runs as it is, and as the reader has changed it", async ({ page, server }) => {
    await page.goto(`${server.url}${DOCS}#player`);
    const { code, result, run } = example(page, "Control it");
    await run();
    await result.getByRole("button", { name: "Play or pause" }).click();
    await new Player(result.frameLocator("iframe")).plays();
    await expect(result.getByRole("status")).toHaveText(/^0:(0[1-9]|[1-9]\d)$/);
    await code.fill(`<style>p { color: rgb(1, 2, 3) }</style><p>Mine</p><script>document.body.append("Ran")</script>`);
    await code.press("Control+Enter");
    await expect(result.getByText("Ran")).toBeVisible();
    await expect(result.getByText("Mine")).toHaveCSS("color", "rgb(1, 2, 3)");
    await page.locator("#player").getByRole("button", { name: "Reset" }).click();
    await expect(code).toHaveValue(/Play or pause/);
    await expect(page.locator("#player iframe")).toHaveCount(0);
  });

  test("every example runs without a complaint", async ({ page, server }) => {
    test.slow();
    await page.goto(`${server.url}${DOCS}#start`);
    for (const [name, button] of [
      ["Quick start", ""],
      ["Poster first", "Play video: A tour of Cuepoint"],
      ["Control it", "Play or pause"],
      ["Follow the video", ""],
      ["Keep a click", ""],
    ] as const) {
      const { result, run } = example(page, name);
      await run();
      if (button) await result.getByRole("button", { name: button, exact: true }).click();
      await new Player(result.frameLocator("iframe")).live();
    }
  });

  for (const [width, colorScheme, place] of [[1280, "light", ""], [1280, "dark", "#calls"], [360, "light", "#calls"]] as const) {
    test(`it reads well ${width} px wide, in ${colorScheme}, for everyone`, async ({ page, server }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.goto(`${server.url}${DOCS}${place}`);
      await expect(page.getByRole("button", { name: "Run" })).toHaveCount(5);
      if (!place) await new Player(page.frameLocator("#start iframe").frameLocator("iframe")).live();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    });
  }

  test("without scripts it is all there", async ({ browser, server }) => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`${server.url}${DOCS}`);
    await expect(page.locator("#start pre").first()).toContainText(`<cuepoint-player token="`);
    await expect(page.getByRole("rowheader", { name: "setCurrentTime(seconds)" })).toBeVisible();
    await page.close();
  });
});
