import { expect, Player, test, TOKEN } from "../support/test.js";

test("a phone plays by touch, with nothing cut off", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  const width = page.viewportSize()!.width;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await player.video.tap({ position: { x: 100, y: 60 } });
  for (const name of ["Play", "Mute", "Captions", "Full screen"]) {
    const box = (await player.button(name).boundingBox())!;
    expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(44);
    expect(box.x + box.width, name).toBeLessThanOrEqual(width);
  }
});

test("on a narrow frame the call to action is a banner inside the frame", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  await player.seek(20.5);
  const link = page.getByRole("link", { name: "Book a demo" });
  await expect(link).toBeVisible();
  const [card, frame] = [(await page.getByRole("group", { name: "Call to action" }).boundingBox())!, (await player.root.boundingBox())!];
  expect(card.width).toBeGreaterThan(frame.width * 0.8);
  expect(card.y).toBeGreaterThanOrEqual(frame.y);
  expect(card.y + card.height).toBeLessThanOrEqual(frame.y + frame.height);
});

test("a tap where the faded scrubber is does not seek", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await player.button("Play video").tap();
  await player.plays();
  const box = (await player.root.getByRole("slider", { name: "Seek" }).boundingBox())!;
  await expect(player.root).toHaveClass(/\bidle\b/);
  await page.touchscreen.tap(box.x + box.width * 0.8, box.y + box.height / 2);
  await expect(player.root).not.toHaveClass(/\bidle\b/);
  expect(await player.time()).toBeLessThan(30);
});
