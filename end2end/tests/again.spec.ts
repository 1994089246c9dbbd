// What comes after an answer: results at the end, cards that are opened again, and what the host page says later.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { Player as Handle } from "../../frontend/sdk/player.js";
import { Authored } from "../support/film.js";
import { site } from "../support/receiver.js";
import { expect, Player, still, test as base, watch } from "../support/test.js";
import { viewerToken } from "../support/viewer.js";

const test = base.extend<object, { film: Authored }>({
  film: [async ({ server }, use) => use(Authored.add(server, "filmThatIsLookedAtAga1")), { scope: "worker" }],
});

const poll = {
  kind: "poll",
  at: { s: 2 },
  layout: "card",
  pause: true,
  gate: "soft",
  spec: { question: "Which colour?", choices: ["Red", "Green", "Blue"] },
};
const card = (title: string) => ({ title, action: { seek_s: 1 } });

async function vote(page: Page, colour: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await dialog.getByRole("radio", { name: colour }).check();
  await dialog.getByRole("button", { name: "Vote" }).click();
  await expect(dialog.getByRole("button", { name: "Continue" })).toBeFocused();
}

/** Opens the poll from the list of interactions. */
async function openAgain(page: Page): Promise<void> {
  await page.getByRole("complementary", { name: "Chapters and transcript" }).hover();
  await page.getByRole("tab", { name: "Moments" }).click();
  await page.getByRole("button", { name: /^Which colour/ }).click();
}

test("results that are for the end come at the end, before the cards that lead on", async ({ page, film }) => {
  const end = { kind: "end_screen", at: "end", layout: "card", spec: { cards: [card("Again")] } };
  await film.write({ ...poll, spec: { ...poll.spec, show_results: "after_end" } }, end);
  const player = await watch(page, film.play);
  await vote(page, "Green");
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await expect(dialog.getByText("100%")).toBeHidden();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await player.plays();
  await player.seek(29);
  await expect(dialog.getByText("100%")).toBeVisible();
  await expect(dialog.getByRole("radio", { name: "Green" })).toBeChecked();
  await expect(page.getByRole("button", { name: "Again", exact: true })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Again", exact: true })).toBeVisible();
});

test("a question that was played past before its script had come is asked as soon as it is there", async ({ page, film }) => {
  await film.write(poll);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(film.play);
  const player = new Player(page);
  await player.button("Play video").click();
  await expect.poll(() => player.time()).toBeGreaterThan(4);
  arrive();
  await vote(page, "Red");
  await expect(player.video).toHaveJSProperty("paused", true);
});

test("whoever opens an answered poll again finds the answer and how it stands now", async ({ page, film }) => {
  await film.write(poll);
  const skips: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) skips.push(...((request.postData() ?? "").match(/"type":"skip"/g) ?? []));
  });
  const player = await watch(page, film.play);
  await vote(page, "Blue");
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await dialog.getByRole("button", { name: "Continue" }).click();
  await player.plays();
  await openAgain(page);
  await expect(dialog.getByRole("radio", { name: "Blue" })).toBeChecked();
  await expect(dialog.getByRole("radio", { name: "Blue" })).toBeDisabled();
  await expect(dialog.getByText("100%")).toBeVisible();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
  await page.keyboard.press("k");
  expect(skips).toEqual([]);
});

test("whoever has voted in one view is told so in another, and finds the poll answered in the next", async ({ page, film, context }) => {
  await film.write(poll);
  const url = `${film.play}?viewer_token=${await viewerToken(film.server, "grace")}`;
  const other = await context.newPage();
  await watch(other, url);
  await expect(other.getByRole("dialog", { name: "Which colour?" })).toBeVisible();
  await watch(page, url);
  await vote(page, "Red");
  await vote(other, "Green");
  const told = other.getByRole("dialog", { name: "Which colour?" });
  await expect(told.getByText("You have answered this already.")).toBeVisible();
  await expect(told.getByRole("radio", { name: "Red" })).toBeChecked();
  await expect(told.getByText("100%")).toBeVisible();
  const player = await watch(page, url);
  await expect.poll(() => player.time()).toBeGreaterThan(3);
  await player.halts();
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await expect(dialog).toBeHidden();
  await openAgain(page);
  await expect(dialog.getByRole("radio", { name: "Red" })).toBeChecked();
  await expect(dialog.getByRole("radio", { name: "Red" })).toBeDisabled();
  await expect(dialog.getByText("100%")).toBeVisible();
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog).toBeHidden();
});

test("the arrows go from card to card of an end screen and move nothing else", async ({ page, film }) => {
  const cards = ["One", "Two", "Three", "Four", "Five", "Six"].map(card);
  await film.write({ kind: "end_screen", at: "end", layout: "card", spec: { cards } });
  const player = await watch(page, film.play, 29);
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  await button("One").focus();
  const ended = await player.time();
  await page.keyboard.press("ArrowRight");
  await expect(button("Two")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(button("One")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(button("One")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(button("Four")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(button("One")).toBeFocused();
  expect(await player.time()).toBe(ended);
});

test("the first card opens by itself when its time is over, in the same tab, and is not counted as a click", async ({ page, film, context }) => {
  // The page stays until its timer was seen.
  let leave = () => {};
  const seen = new Promise<void>((resolve) => (leave = resolve));
  await context.route("**/video/cta/**", async (route) => {
    await seen;
    await route.fulfill({ contentType: "text/html", body: "<title>The next</title>" });
  });
  const next = { title: "The next", action: { url: "https://example.com/next", new_tab: true } };
  await film.write({ kind: "end_screen", at: "end", layout: "card", spec: { cards: [next], next_after_s: 3 } });
  const before = (await film.actions()).end_screens!;
  const batches: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/engage/record")) batches.push(request.postData() ?? "");
  });
  await watch(page, film.play, 29);
  await expect(page.getByRole("timer")).toBeVisible();
  leave();
  await page.waitForURL(/\/video\/cta\//);
  expect(context.pages()).toHaveLength(1);
  // An address that names no view leads there, and the server keeps nothing.
  expect(new URL(page.url()).searchParams.has("s")).toBe(false);
  expect(batches.join()).toContain('"type":"shown"');
  expect(batches.join()).not.toContain('"type":"answer"');
  expect((await film.actions()).end_screens).toBe(before);
});

test("a hotspot that leads nowhere is seen, and read by mouse and by keyboard", async ({ page, film }) => {
  const layout = { overlay: { x: 20, y: 20, w: 30, h: 10 } };
  await film.write({ kind: "annotation", at: { s: 1 }, duration_s: 25, layout, spec: { text: "The bridge", hotspot: true } });
  await watch(page, film.play);
  const spot = page.getByRole("button", { name: "The bridge" });
  await expect(spot.locator(".hotspot-ring")).toBeVisible();
  const text = spot.locator(".annotation-text");
  await expect(text).toHaveCSS("opacity", "0");
  await spot.hover();
  await expect(text).toHaveCSS("opacity", "1");
  await page.mouse.move(1, 1);
  await expect(text).toHaveCSS("opacity", "0");
  await page.keyboard.press("Tab");
  await spot.focus();
  await expect(text).toHaveCSS("opacity", "1");
});

test("captions stand above what stands at the lower edge", async ({ page, film }) => {
  const words = "WEBVTT\n\n00:00.000 --> 00:29.000\nA line that is spoken all the while.\n";
  const { url, apiKey } = film.server;
  const put = await fetch(`${url}/api/v1/videos/${film.id}/captions/en`, { method: "PUT", headers: { authorization: `Bearer ${apiKey}` }, body: words });
  expect(put.status).toBe(200);
  await film.write({
    kind: "cta",
    at: { s: 2 },
    duration_s: 20,
    layout: { banner: { edge: "bottom" } },
    spec: { label: "Book a demo", description: "15 minutes", action: { url: "https://example.com/demo" } },
  });
  const player = await watch(page, `${film.play}?captions=en`);
  const line = player.root.locator(".captions p span").first();
  const banner = page.locator(".cue.banner.low");
  await expect(banner).toBeVisible();
  const gap = async () => (await banner.boundingBox())!.y - (await line.boundingBox().then((box) => box!.y + box!.height));
  await expect.poll(gap).toBeGreaterThanOrEqual(0);
  await player.root.hover({ position: { x: 30, y: 30 } });
  await expect.poll(gap).toBeGreaterThanOrEqual(0);
});

test("whom the host page names later is not asked who they are, and is called by their name", async ({ page, film }) => {
  const form = {
    kind: "lead_form",
    at: { s: 4 },
    layout: "modal",
    gate: "required",
    skip_if_known: true,
    spec: { title: "Who are you?", fields: [{ type: "email", name: "email", label: "E-mail", required: true }] },
  };
  const hello = { kind: "annotation", at: { s: 6 }, duration_s: 20, layout: { overlay: { x: 5, y: 5, w: 40, h: 15 } }, spec: { text: "Hello {{viewer.first_name|stranger}}" } };
  await film.write(form, hello);
  const { url, stop } = await site(`<!doctype html><html lang="en"><title>A customer's page</title><main><h1>Hello</h1>
    <iframe src="${film.embed}" title="A film" width="640" height="360" allow="autoplay" style="border:0"></iframe></main>
    <script type="module">
      import { Player } from "${film.server.url}/sdk/player.js";
      window.player = new Player(document.querySelector("iframe"));
      window.heard = [];
      for (const name of ["gateenter", "gaterelease"]) player.on(name, (event) => heard.push(event.type));
    </script>`);
  await page.goto(url);
  const frame = page.frameLocator("iframe");
  const player = await new Player(frame).live();
  await player.button("Play video").click();
  await expect(frame.getByRole("dialog", { name: "Who are you?" })).toBeVisible();
  const token = await viewerToken(film.server, "ada", { name: "Ada Lovelace" });
  await page.evaluate((token) => (window as unknown as { player: Handle }).player.setViewer(token), token);
  await expect(frame.getByRole("dialog", { name: "Who are you?" })).toBeHidden();
  await player.plays();
  await expect(frame.getByText("Hello Ada", { exact: true })).toBeVisible();
  const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  await expect.poll(heard).toEqual(["gateenter", "gaterelease"]);
  stop();
});

test("boxes that their words make larger do not cover each other", async ({ page, film }) => {
  const at = (x: number) => ({ overlay: { x, y: 10, w: 20, h: 5 } });
  const note = (text: string, x: number) => ({ kind: "annotation", at: { s: 1 }, duration_s: 25, layout: at(x), spec: { text } });
  await film.write(note("The first of two that stand close together", 5), note("The second of them, which has to make room", 26));
  await page.setViewportSize({ width: 700, height: 700 });
  await watch(page, film.play);
  const cards = page.locator(".stage .cue");
  await expect(cards).toHaveCount(2);
  await still(page);
  const [a, b] = await cards.evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().toJSON() as DOMRect));
  const apart = a!.right <= b!.left || b!.right <= a!.left || a!.bottom <= b!.top || b!.bottom <= a!.top;
  expect(apart, JSON.stringify([a, b])).toBe(true);
});

test("several choices are counted each, and a skip that takes its time counts down", async ({ page, film }) => {
  const wait = { ...poll, at: { s: 5 }, skip: { allowed: true, after_s: 6 }, spec: { ...poll.spec, question: "And then?" } };
  await film.write({ ...poll, spec: { ...poll.spec, multiple: true } }, wait);
  const player = await watch(page, film.play);
  const first = page.getByRole("dialog", { name: "Which colour?" });
  await first.getByRole("checkbox", { name: "Red" }).check();
  await first.getByRole("checkbox", { name: "Blue" }).check();
  await first.getByRole("button", { name: "Vote" }).click();
  await expect(first.locator(".choice-share").filter({ hasText: "100%" })).toHaveCount(2);
  await first.getByRole("button", { name: "Continue" }).click();
  const second = page.getByRole("dialog", { name: "And then?" });
  const skip = second.locator("[data-skip]");
  await expect(skip).toBeDisabled();
  await expect(skip).toHaveText(/[1-6]/);
  await skip.click();
  await expect(second).toBeHidden();
  await player.plays();
});

test("what comes once for a viewer does not come again on the next visit", async ({ page, film }) => {
  await film.write({ ...poll, frequency: "once_per_viewer" });
  const dialog = page.getByRole("dialog", { name: "Which colour?" });
  await watch(page, film.play);
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  const again = await watch(page, film.play);
  await expect.poll(() => again.time()).toBeGreaterThan(3);
  await expect(dialog).toHaveCount(0);
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true, viewport: { width: 375, height: 740 } });

  test("a poll is answered and left", async ({ page, film }) => {
    await film.write(poll);
    await page.goto(film.play);
    const player = await new Player(page).live();
    await player.begins((button) => button.tap());
    await player.playsFrom(1.2);
    const dialog = page.getByRole("dialog", { name: "Which colour?" });
    await dialog.getByText("Green").tap();
    await dialog.getByRole("button", { name: "Vote" }).tap();
    await expect(dialog.getByText("100%")).toBeVisible();
    await dialog.getByRole("button", { name: "Continue" }).tap();
    await expect(dialog).toBeHidden();
    await player.plays();
  });
});

test("the gallery shows every kind, and axe finds nothing there", async ({ page, server }) => {
  await page.goto(`${server.url}/demo/interactions`);
  for (const name of ["Annotation", "Call to action", "Poll", "Lead form", "End screen"]) {
    await expect(page.getByRole("heading", { name: new RegExp(name, "i") }).first()).toBeVisible();
  }
  // The same form stands there more than once.
  expect((await new AxeBuilder({ page }).disableRules("landmark-unique").analyze()).violations).toEqual([]);
});
