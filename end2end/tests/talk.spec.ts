import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, Player, test, TOKEN } from "../support/test.js";

const talk = (page: Page): Locator => page.getByRole("region", { name: /^Comments/ });
const axe = async (page: Page) => expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

/** Opens the page and comes near the comments, so that their script has taken over. */
async function open(page: Page, url: string): Promise<Locator> {
  await page.goto(`${url}/video/play/${TOKEN}`);
  await new Player(page).live();
  const place = talk(page);
  await place.getByRole("textbox", { name: "Your comment" }).hover();
  await expect(place).toHaveClass(/\blive\b/);
  return place;
}

async function post(place: Locator, text: string, name = "Ann"): Promise<void> {
  await place.getByRole("textbox", { name: "Your comment" }).fill(text);
  await place.getByRole("textbox", { name: "Your name" }).fill(name);
  await place.getByRole("button", { name: "Post comment" }).click();
  await expect(place.getByRole("article").filter({ hasText: text })).toBeVisible();
}

test("a comment is posted, answered, changed and deleted without leaving the page", async ({ page, server }) => {
  const place = await open(page, server.url);
  await page.evaluate(() => ((window as unknown as { stays: boolean }).stays = true));
  await post(place, "What a start <b>bold</b> https://example.com/a.");
  const own = place.getByRole("article").filter({ hasText: "What a start" });
  await expect(own).toContainText("<b>bold</b>");
  await expect(own.getByRole("link", { name: "https://example.com/a" })).toHaveAttribute("rel", "nofollow ugc noopener");
  await expect(place.getByText("Comment posted")).toBeAttached();
  await expect(place.getByRole("textbox", { name: "Your comment" })).toHaveValue("");

  await own.getByRole("link", { name: "Reply to Ann" }).click();
  await expect(place.getByText("Reply to Ann", { exact: true })).toBeVisible();
  await expect(place.getByRole("textbox", { name: "Your comment" })).toBeFocused();
  await post(place, "An answer to myself");
  await expect(place.getByRole("listitem").filter({ has: page.getByRole("list") }).filter({ hasText: "What a start" })).toContainText("An answer to myself");

  await own.getByRole("link", { name: "Edit" }).click();
  await expect(place.getByText("Edit your comment")).toBeVisible();
  await expect(place.getByRole("textbox", { name: "Your comment" })).toHaveValue(/^What a start/);
  await place.getByRole("textbox", { name: "Your comment" }).fill("Said anew");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const anew = place.getByRole("article").filter({ hasText: "Said anew" });
  await expect(anew).toContainText("edited");
  await axe(page);

  await anew.getByRole("link", { name: "Edit" }).click();
  await place.getByRole("button", { name: "Delete comment" }).click();
  await expect(place.getByText("This comment was deleted.")).toBeVisible();
  await expect(place.getByText("Said anew")).toHaveCount(0);
  await expect(place.getByRole("textbox", { name: "Your comment" })).toBeFocused();
  expect(await page.evaluate(() => (window as unknown as { stays: boolean }).stays)).toBe(true);
});

test("what is wrong is said beside the field, and what was written stays", async ({ page, server, complaints }) => {
  const place = await open(page, server.url);
  const text = place.getByRole("textbox", { name: "Your comment" });
  await text.fill("A moment that is not there");
  await place.getByRole("textbox", { name: "Your name" }).fill("Ann");
  const time = place.getByRole("textbox", { name: "Time in the video" });
  await time.fill("99:00");
  await place.getByRole("button", { name: "Post comment" }).click();
  await expect(time).toBeFocused();
  await expect(time).toHaveAccessibleDescription("Enter a time within the video, such as 1:30, or leave it empty.");
  await expect(time).toHaveAttribute("aria-invalid", "true");
  await expect(text).toHaveValue("A moment that is not there");
  await axe(page);
  // The draft outlives the page.
  await open(page, server.url);
  await expect(text).toHaveValue("A moment that is not there");
  await text.fill("");
  // The browser notes each answer that is not fine.
  complaints.length = 0;
});

test("what is typed before the script has come outlives the page", async ({ page, server }) => {
  let arrive = () => {};
  const arrived = new Promise<void>((done) => (arrive = done));
  await page.route(/\.wasm/, async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const text = talk(page).getByRole("textbox", { name: "Your comment" });
  await text.fill("Begun early");
  arrive();
  await expect(talk(page)).toHaveClass(/\blive\b/);
  await page.unrouteAll({ behavior: "wait" });
  await open(page, server.url);
  await expect(text).toHaveValue("Begun early");
});

test("the time of a comment seeks, and reactions are counted by mouse and keyboard", async ({ page, server }) => {
  const place = await open(page, server.url);
  const player = new Player(page);
  await player.button("Play video").click();
  await player.plays();
  await place.getByRole("article").filter({ hasText: "retention curve" }).getByRole("link", { name: "0:31" }).click();
  await expect.poll(() => player.time()).toBeGreaterThan(30.9);
  // The poll that comes next would take the focus.
  await player.halts();
  expect(new URL(page.url()).search).toBe("");
  const like = place.getByRole("button", { name: /^Like/ });
  const before = Number(await like.locator(".chip-count").textContent());
  // It is gone again after two seconds.
  const floats = page.locator(".talk-float.like").first().waitFor({ state: "attached" });
  await like.click();
  await expect(like).toHaveAccessibleName(`Like: ${before + 1}`);
  await floats;
  await expect(place.getByText("Like added")).toBeAttached();
  const fire = place.getByRole("button", { name: /^Fire/ });
  const fires = Number(await fire.locator(".chip-count").textContent());
  await fire.focus();
  await page.keyboard.press("Enter");
  await expect(fire).toHaveAccessibleName(`Fire: ${fires + 1}`);
  await expect(fire).toBeFocused();
});

test("past reactions float up as the video passes them", async ({ page, server }) => {
  const place = await open(page, server.url);
  await expect(place).toHaveAttribute("data-first", /^\d+$/);
  const player = new Player(page);
  await player.button("Play video").click();
  await player.plays();
  const floats = page.locator(".talk-float").first().waitFor({ state: "attached" });
  await player.seek(76);
  await floats;
});

test("what others say appears without reloading", async ({ page, browser, server }) => {
  const follows = page.waitForRequest(/\/stream\?/);
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await new Player(page).live();
  const place = talk(page);
  await place.getByRole("heading").scrollIntoViewIfNeeded();
  await follows;
  const other = await browser.newPage();
  const theirs = await open(other, server.url);
  await post(theirs, "Hello from elsewhere", "Bob");
  await expect(place.getByRole("article").filter({ hasText: "Hello from elsewhere" })).toBeVisible();
  const love = place.getByRole("button", { name: /^Love/ });
  const before = Number(await love.locator(".chip-count").textContent());
  await theirs.getByRole("button", { name: /^Love/ }).click();
  await expect(love).toHaveAccessibleName(`Love: ${before + 1}`);
  await other.close();
});

test("two pages of one browser share a stream", async ({ page, context, server }) => {
  const streams: string[] = [];
  context.on("request", (request) => {
    if (request.url().includes("/stream?")) streams.push(request.url());
  });
  const first = context.waitForEvent("request", (request) => request.url().includes("/stream?"));
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await talk(page).getByRole("heading").scrollIntoViewIfNeeded();
  await first;
  const second = await context.newPage();
  const place = await open(second, server.url);
  await post(place, "Seen in both");
  await expect(talk(page).getByText("Seen in both")).toBeVisible();
  expect(streams).toHaveLength(1);
  await second.close();
});

test("an embed opens them above the frame when its address asks", async ({ page, server }) => {
  await page.setViewportSize({ width: 900, height: 640 });
  await page.goto(`${server.url}/video/embed/${TOKEN}?comments=1`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.press("Comments");
  const panel = page.getByRole("dialog", { name: "Comments" });
  await expect(panel.getByRole("article").first()).toBeVisible();
  await post(panel, "From the frame");
  expect((await new AxeBuilder({ page }).disableRules(["landmark-one-main", "page-has-heading-one", "region"]).analyze()).violations).toEqual([]);
  await panel.getByRole("link", { name: "By time in the video" }).click();
  const inOrder = () =>
    panel.locator(".threads > li > article [data-at]").evaluateAll((links) => {
      const times = links.map((link) => Number((link as HTMLElement).dataset.at));
      return times.length > 3 && times.every((time, i) => i === 0 || time >= times[i - 1]!);
    });
  await expect.poll(inOrder).toBe(true);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(player.button("Comments")).toBeFocused();
  expect(new URL(page.url()).search).toBe("?comments=1");
});

test("an embed that does not ask has none", async ({ page, server }) => {
  await page.goto(`${server.url}/video/embed/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await expect(player.root.getByRole("button", { name: "Comments", exact: true })).toHaveCount(0);
});

test("the scrubber shows where something was said", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  const image = await player.root.locator(".marks").evaluate((marks) => getComputedStyle(marks, "::before").backgroundImage);
  expect(image).toContain("data:image/svg+xml");
});

test("on a narrow page nothing is cut off and every target can be hit", async ({ page, server }) => {
  await page.setViewportSize({ width: 375, height: 740 });
  for (const lang of ["en", "ar"]) {
    await page.goto(`${server.url}/video/play/${TOKEN}?lang=${lang}`);
    await expect(page.locator(".player")).toHaveClass(/\blive\b/);
    const place = page.locator("#talk");
    await place.scrollIntoViewIfNeeded();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    for (const target of await place.locator("a:visible:not(.remark-text a), button:visible").all()) {
      const box = (await target.boundingBox())!;
      expect(Math.min(box.width, box.height), await target.innerText()).toBeGreaterThanOrEqual(24);
      expect(box.x >= 0 && box.x + box.width <= 375, await target.innerText()).toBe(true);
    }
    await axe(page);
  }
});

test.describe("with scripts off", () => {
  test.use({ javaScriptEnabled: false });

  test("comments are read, posted, changed and deleted", async ({ page, server, complaints }) => {
    await page.goto(`${server.url}/video/play/${TOKEN}`);
    const place = talk(page);
    await expect(place.getByRole("article").first()).toBeVisible();
    await place.getByRole("textbox", { name: "Your comment" }).fill("By a plain form");
    await place.getByRole("textbox", { name: "Your name" }).fill("Ann");
    await place.getByRole("textbox", { name: "Time in the video" }).fill("never");
    await place.getByRole("button", { name: "Post comment" }).click();
    await expect(place.getByRole("textbox", { name: "Your comment" })).toHaveValue("By a plain form");
    await expect(place.getByRole("textbox", { name: "Time in the video" })).toHaveAccessibleDescription(/such as 1:30/);
    // A form that is not taken is a 422, which the browser tells its console.
    complaints.length = 0;
    await place.getByRole("textbox", { name: "Time in the video" }).fill("0:40");
    await place.getByRole("button", { name: "Post comment" }).click();
    await expect(page).toHaveURL(/#comment-/);
    const own = place.getByRole("article").filter({ hasText: "By a plain form" });
    await expect(own.getByRole("link", { name: "0:40" })).toHaveAttribute("href", "?t=40");
    await own.getByRole("link", { name: "Edit" }).click();
    await place.getByRole("textbox", { name: "Your comment" }).fill("By a better form");
    await place.getByRole("button", { name: "Save changes" }).click();
    const better = place.getByRole("article").filter({ hasText: "By a better form" });
    await expect(better).toContainText("edited");
    await better.getByRole("link", { name: "Reply to Ann" }).click();
    await place.getByRole("textbox", { name: "Your comment" }).fill("And an answer");
    await place.getByRole("textbox", { name: "Your name" }).fill("Bob");
    await place.getByRole("button", { name: "Post comment" }).click();
    await expect(place.getByText("And an answer")).toBeVisible();
    await place.getByRole("link", { name: "All comments" }).click();
    await better.getByRole("link", { name: "Edit" }).click();
    await place.getByRole("button", { name: "Delete comment" }).click();
    await expect(place.getByText("By a better form")).toHaveCount(0);
    const wow = place.getByRole("button", { name: /^Wow/ });
    const before = Number(await wow.locator(".chip-count").textContent());
    await wow.click();
    await expect(wow).toHaveAccessibleName(`Wow: ${before + 1}`);
  });
});
