import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { film } from "../support/film.js";
import { expect, Player, still, test, TOKEN } from "../support/test.js";

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
  // The chapter lasts as long as it is looked at.
  await player.halts();
  await expect(side.getByRole("button", { name: /^The right moment/ })).toHaveAttribute("aria-current", "true");
  await expect(player.root.getByText("The right moment", { exact: true })).toBeVisible();
  const slider = player.root.getByRole("slider", { name: "Seek" });
  await expect(slider).toHaveAttribute("aria-valuetext", /, The right moment$/);
});

test("the transcript is searched, walked with arrow keys, and seeks by Enter", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  // No interaction comes in between and takes the focus.
  await player.begins();
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

test("the transcript beside the video follows the language of the captions", async ({ page, server }) => {
  const folder = mkdtempSync(join(tmpdir(), "cuepoint-captions-"));
  const captions = (name: string, text: string) => {
    const file = join(folder, `${name}.vtt`);
    writeFileSync(file, `WEBVTT\n\n00:00.000 --> 00:05.000\n${text}\n`);
    return ["--captions", `${name}=${file}`];
  };
  const token = "transcriptInLanguages1";
  const both = [...captions("en=English", "Good morning"), ...captions("de=Deutsch", "Guten Morgen")];
  server.add(film(20), "--token", token, "--title", "In two languages", ...both);
  await page.goto(`${server.url}/video/play/${token}`);
  const player = await new Player(page).live();
  await player.button("Play video").click();
  await player.plays();
  const side = page.getByRole("complementary", { name: "Chapters and transcript" });
  await side.hover();
  const line = (text: string) => side.getByRole("button", { name: text });
  await expect(line("Good morning")).toBeVisible();
  await player.press("Settings");
  const settings = page.getByRole("dialog", { name: "Settings" });
  await settings.getByRole("button", { name: /^Captions/ }).click();
  await settings.getByRole("radio", { name: "Deutsch" }).check();
  await expect(line("Guten Morgen")).toBeVisible();
  await settings.getByRole("radio", { name: "Off" }).check();
  await expect(player.button("Captions")).toHaveAttribute("aria-pressed", "false");
  await expect(line("Guten Morgen")).toBeVisible();
  await settings.getByRole("radio", { name: "English" }).check();
  await expect(line("Good morning")).toBeVisible();
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
  await player.halts();
  await still(page);
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
  await expect(player.root.locator(".chapter-gap")).toHaveCount(7);
  await expect(player.root.locator(".moment")).toHaveCount(5);
});
