import { AxeBuilder } from "@axe-core/playwright";
import { expect, Player, test, TOKEN } from "../support/test.js";

test("chapters stand beside the video, mark what plays, and seek", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  const side = page.getByRole("complementary", { name: "Chapters and transcript" });
  await player.button("Play video").click();
  await player.plays();
  await expect(side.getByRole("link", { name: /^The right moment/ })).toHaveAttribute("href", "?t=16");
  await side.hover();
  await expect(side.getByRole("tab", { name: "Chapters" })).toHaveAttribute("aria-selected", "true");
  await side.getByRole("button", { name: /^The right moment/ }).click();
  await expect.poll(() => player.time()).toBeGreaterThan(16);
  await expect(side.getByRole("button", { name: /^The right moment/ })).toHaveAttribute("aria-current", "true");
  await expect(player.root.getByText("The right moment", { exact: true })).toBeVisible();
  const slider = player.root.getByRole("slider", { name: "Seek" });
  await expect(slider).toHaveAttribute("aria-valuetext", /, The right moment$/);
});

test("the transcript is searched, walked with arrow keys, and seeks by Enter", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  const side = page.getByRole("complementary", { name: "Chapters and transcript" });
  await side.getByRole("link", { name: /^Meet/ }).focus();
  await side.getByRole("tab", { name: "Chapters" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(side.getByRole("tab", { name: "Transcript" })).toBeFocused();
  const lines = side.getByRole("listitem");
  await expect(lines).toHaveCount(18);
  const search = side.getByRole("searchbox", { name: "Search the transcript" });
  await search.fill("zebra");
  await expect(side.getByText("Nothing found")).toBeVisible();
  await search.fill("WEBHOOK");
  await expect(lines).not.toHaveCount(0);
  expect(await lines.count()).toBeLessThan(18);
  await search.fill("");
  await expect(lines).toHaveCount(18);
  await lines.first().getByRole("button").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await expect(lines.last().getByRole("button")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => player.time()).toBeGreaterThan(70);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test("in an embed the contents open above the frame and give the focus back", async ({ page, server }) => {
  await page.setViewportSize({ width: 900, height: 560 });
  await page.goto(`${server.url}/video/embed/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  await player.button("Chapters and transcript").focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "Chapters and transcript" });
  await panel.getByRole("tab", { name: "Moments" }).click();
  await panel.getByRole("button", { name: /^Book a demo/ }).click();
  await expect.poll(() => player.time()).toBeGreaterThan(19.9);
  expect((await new AxeBuilder({ page }).disableRules(["landmark-one-main", "page-has-heading-one", "region"]).analyze()).violations).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(player.button("Chapters and transcript")).toBeFocused();
});

test("the scrubber shows what is under the pointer", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  const box = (await player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  // The controls have to be up before they can be pointed at.
  await player.root.hover();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  const preview = player.root.locator(".preview");
  await expect(preview).toContainText(/0:4[01]/);
  await expect(preview.locator(".preview-picture")).toHaveCSS("background-image", /storyboard-\d\.jpg/);
  expect(await player.root.locator(".chapter-gap").count()).toBe(7);
  expect(await player.root.locator(".moment").count()).toBe(5);
});
