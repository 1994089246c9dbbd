import { expect, Player, test, TOKEN } from "../support/test.js";

for (const page_ of ["play", "embed"]) {
  test(`with scripts off the ${page_} page still plays`, async ({ page, server }) => {
    await page.goto(`${server.url}/video/${page_}/${TOKEN}`);
    const video = page.locator("video");
    await expect(video).toHaveAttribute("controls", "");
    await expect(page.getByRole("button", { name: "Play video" })).toBeHidden();
    const box = (await video.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 3);
    await new Player(page).plays();
  });
}

test("with scripts off the link can still be copied", async ({ page, server }) => {
  await page.goto(`${server.url}/video/play/${TOKEN}`);
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  await expect(dialog.getByRole("textbox", { name: "Link", exact: true })).toHaveValue(`${server.url}/video/play/${TOKEN}`);
  const embed = dialog.getByRole("textbox", { name: "Embed, any width" });
  await expect(embed).toHaveValue(new RegExp(`${server.url}/video/embed/${TOKEN}`));
  // Copying needs a script: no button that does nothing.
  await expect(dialog.getByRole("button", { name: "Copy" })).toHaveCount(0);
});
