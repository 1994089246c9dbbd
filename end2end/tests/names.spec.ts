import { expect, Player, test, TOKEN } from "../support/test.js";

// What a screen reader finds: roles, names and states, which axe does not judge.
test("the player reads well before and while it plays", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  await expect(player.root).toMatchAriaSnapshot(`
    - 'group "Video player: A tour of Cuepoint"':
      - button "Play video"
      - status
  `);
  await player.button("Play video").click();
  await player.plays();
  await expect(player.root.getByRole("status").last()).toHaveText("Playing");
  await page.keyboard.press("k");
  await expect(player.root.getByRole("status").last()).toHaveText("Paused");
  await expect(player.root).toMatchAriaSnapshot(`
    - 'group "Video player: A tour of Cuepoint"':
      - slider "Seek"
      - button "Play"
      - button "Mute"
      - slider "Volume"
      - button "Captions"
      - button "Settings"
      - button "Picture in picture"
      - button "Full screen"
      - status: Paused
  `);
});

test("states are said once they have come true, and sliders speak for themselves", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  const player = await new Player(page).live();
  const said = player.root.getByRole("status").last();
  // What stands on the frame is announced as well: no time passes.
  await player.begins();
  await expect(said).toHaveText(/Paused$/);
  await page.keyboard.press("m");
  await expect(said).toHaveText("Sound off");
  await page.keyboard.press("c");
  await expect(said).toHaveText("Captions on");
  await page.keyboard.press("f");
  await expect(said).toHaveText("In full screen");
  await page.keyboard.press("f");
  await expect(said).toHaveText("Left full screen");
  await page.keyboard.press("5");
  await expect(said).toHaveText(/^At \d+ seconds, /);
  const before = await said.textContent();
  await player.root.getByRole("slider", { name: "Seek" }).focus();
  const from = await player.time();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => player.time()).toBeGreaterThan(from + 4);
  expect(await said.textContent()).toBe(before);
});
