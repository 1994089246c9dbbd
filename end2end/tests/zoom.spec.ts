import { AxeBuilder } from "@axe-core/playwright";
import { expect, Player, still, test, TOKEN } from "../support/test.js";

// A desktop window of 1280 by 900 at 200 %: half as many pixels of CSS, each twice as large.
test.use({ viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });

for (const surface of ["play", "embed"]) {
  test(`at 200 % nothing of the ${surface} page is cut off, and its settings can be reached`, async ({ page, server }) => {
    await page.goto(`${server.url}/video/${surface}/${TOKEN}`);
    const player = await new Player(page).live();
    await player.button("Play video").click();
    await player.plays();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
    await player.press("Settings");
    const dialog = page.getByRole("button", { name: /^Speed/ });
    await expect(dialog).toBeFocused();
    await expect(dialog).toBeInViewport({ ratio: 1 });
    const bar = player.root.locator(".bar");
    for (const name of ["Pause", "Settings", "Full screen"]) await expect(bar.getByRole("button", { name, exact: true })).toBeInViewport({ ratio: 1 });
  });
}

for (const preference of [{ contrast: "more" }, { forcedColors: "active" }, { reducedMotion: "reduce" }] as const) {
  test(`the player is whole with ${Object.entries(preference).join(" ")}`, async ({ page, server }) => {
    await page.emulateMedia(preference);
    await page.goto(`${server.url}/video/play/${TOKEN}`);
    const player = await new Player(page).live();
    await player.button("Play video").click();
    await player.plays();
    await player.press("Settings");
    await expect(page.getByRole("button", { name: /^Speed/ })).toBeFocused();
    await still(page);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    const moving = () => page.evaluate(() => document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 0).length);
    if ("reducedMotion" in preference) await expect.poll(moving).toBe(0);
    // The border of a control is what forced colours leave of it.
    if ("forcedColors" in preference) {
      const seen = await player.root.locator(".control").first().evaluate((control) => getComputedStyle(control).color !== getComputedStyle(control).backgroundColor);
      expect(seen).toBe(true);
    }
  });
}
