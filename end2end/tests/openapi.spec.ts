import { AxeBuilder } from "@axe-core/playwright";
import { validate } from "@readme/openapi-parser";
import { expect, test } from "../support/test.js";

type Document = { paths: Record<string, Record<string, { operationId: string }>>; components: { schemas: object } };

test("the API's description is an OpenAPI 3.1 document to a parser that shares no code with the server", async ({ server }) => {
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Document;
  expect(await validate(document as never)).toMatchObject({ valid: true, warnings: [], specification: "OpenAPI" });
});

test("every call and every shape stands on the page, which stands up to axe, light and dark", async ({ page, server }) => {
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Document;
  await page.goto(`${server.url}/docs/api`);
  const here = new Set(await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id)));
  const calls = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  for (const id of [...calls, ...Object.keys(document.components.schemas).map((name) => `shape-${name.toLowerCase()}`)]) {
    expect(here.has(id), id).toBe(true);
  }
  const led = await page.locator('a[href^="#"]').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).hash.slice(1)));
  expect(led.filter((id) => !here.has(id))).toEqual([]);
  const complaints = async (axe: AxeBuilder) => (await axe.analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
  // The page is long and its chapters are alike: colours are looked at in some of them.
  test.slow();
  expect(await complaints(new AxeBuilder({ page }).disableRules(["color-contrast"]))).toEqual([]);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const some = new AxeBuilder({ page }).withRules(["color-contrast"]).include(".docs-head").include(".docs-nav");
    expect(await complaints(some.include("#begin").include("#comments").include("#createUpload")), colorScheme).toEqual([]);
  }
});

test("one call is linked to, its body leads to its shape, and other pages are near", async ({ page, server }) => {
  await page.goto(`${server.url}/docs/api#createWebhook`);
  const call = page.getByRole("article", { name: "POST /api/v1/webhooks", exact: true });
  await expect(call.getByRole("heading")).toBeInViewport();
  await call.getByRole("link", { name: "WebhookWish" }).first().click();
  await expect(page.getByRole("article", { name: "WebhookWish", exact: true }).getByRole("heading")).toBeInViewport();
  const near = page.getByRole("navigation", { name: "Documentation" });
  await expect(near.getByRole("link", { name: "API" })).toHaveAttribute("aria-current", "page");
  for (const name of ["Webhooks", "Figures", "Embedding", "API"]) {
    await near.getByRole("link", { name }).click();
    await expect(near.getByRole("link", { name })).toHaveAttribute("aria-current", "page");
  }
});

test("on a phone nothing is wider than the page", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/docs/api`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
