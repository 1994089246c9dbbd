import { Authored } from "../support/film.js";
import { expect, test } from "../support/test.js";

type Report = { total_page_loads: number; total_plays: number };

test("an owner link leaves a browser's own views out, until its owner takes that back", async ({ page, server }) => {
  const film = Authored.add(server, "ownersOwnViewsAreNot01", 5);
  const report = () => server.api<Report>("GET", `/api/v1/me/video/reports/${film.id}`);
  // The recorder's first batch says that the page was loaded.
  const watch = async () => {
    const recorded = page.waitForResponse((response) => response.url().endsWith("/engage/record") && response.ok());
    await page.goto(film.play);
    await page.locator("video").evaluate((video: HTMLVideoElement) => video.play());
    await recorded;
  };

  const { url } = await server.api<{ url: string }>("POST", "/api/v1/me/owner-link");
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "Your own views" })).toBeVisible();
  await watch();
  expect(await report()).toMatchObject({ total_page_loads: 0, total_plays: 0 });

  await page.goto(url);
  await page.getByRole("button", { name: "Count my views again" }).click();
  await expect(page.getByText("counts like everybody else's")).toBeVisible();
  await watch();
  await expect.poll(async () => (await report()).total_page_loads).toBe(1);
});
