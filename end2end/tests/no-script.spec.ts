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
  await page.getByText("Share", { exact: true }).click();
  await expect(page.getByLabel("Link")).toHaveValue(`${server.url}/video/play/${TOKEN}`);
  await expect(page.getByLabel("Embed")).toHaveValue(new RegExp(`${server.url}/video/embed/${TOKEN}`));
});
