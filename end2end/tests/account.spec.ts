import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type Page } from "@playwright/test";
import type { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";

const PASSWORD = "three plain words";
let people = 0;

/** Adds a member of the sandbox, as an operator does; returns their address and the path that sets their password. */
function added(server: Server, role = "owner"): { email: string; path: string } {
  const email = `${role}-${process.pid}-${people++}@example.com`;
  const link = server.command("user", "add", "--email", email, "--name", `The ${role}`, "--role", role);
  return { email, path: new URL(link).pathname };
}

/** Signs a page in as a new member. */
async function signedIn(page: Page, server: Server, role = "owner"): Promise<string> {
  const { email, path } = added(server, role);
  await page.goto(server.url + path);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("heading", { name: "Videos", level: 1 })).toBeVisible();
  return email;
}

const row = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

test("one signs in and out by keyboard", async ({ page, server, complaints }) => {
  const email = await signedIn(page, server);
  await page.getByRole("button", { name: "Sign out" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goto(`${server.url}/account`);
  await page.getByLabel("E-mail").focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password")).toBeFocused();
  await page.keyboard.type("a wrong guess");
  const refused = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.keyboard.press("Enter");
  expect((await refused).status()).toBe(401);
  await expect(page.getByRole("alert")).toContainText("don't belong together");
  // The status of a page is an error to the console.
  await expect.poll(() => complaints.splice(0).length).toBe(1);
  await expect(page.getByLabel("E-mail")).toHaveValue(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
});

test("a key is made, copied, used and revoked", async ({ page, server, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signedIn(page, server);
  await page.goto(`${server.url}/account`);
  const form = page.getByRole("form", { name: "Make a key" });
  await form.getByLabel("Name").fill("Nightly import");
  await form.getByLabel("May do what").selectOption("Analyst");
  await form.getByLabel("Ends after days").fill("30");
  await form.getByRole("button", { name: "Make key" }).click();
  const made = page.getByRole("region", { name: "API key Nightly import" });
  const key = await made.getByRole("textbox").inputValue();
  await made.getByRole("button", { name: "Copy" }).click();
  await expect(made.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);

  const asks = async (path: string) => (await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await asks("/api/v1/me/video/reports/1000001")).toBe(200);
  expect(await asks("/api/v1/webhooks")).toBe(403);
  await page.goto(`${server.url}/account`);
  await expect(page.getByText(key)).toBeHidden();
  await expect(row(page, "Nightly import")).toContainText("analyst");
  await page.getByRole("button", { name: "Revoke Nightly import" }).click();
  await expect(page.getByRole("status")).toContainText("no longer holds");
  await expect(row(page, "Nightly import")).toContainText("Revoked");
  expect(await asks("/api/v1/me/video/reports/1000001")).toBe(401);
  await expect(page.getByRole("row").filter({ hasText: "Key revoked" }).first()).toContainText("Nightly import");
});

test("somebody is invited, joins, and becomes something else", async ({ page, server, browser }) => {
  await signedIn(page, server);
  await page.goto(`${server.url}/account`);
  const email = `ben-${process.pid}@example.com`;
  const form = page.getByRole("form", { name: "Invite somebody" });
  await form.getByLabel("E-mail").fill(email);
  await form.getByLabel("Role").selectOption("Viewer");
  await form.getByRole("button", { name: "Invite" }).click();
  const made = page.getByRole("region", { name: `Invitation for ${email}` });
  const path = new URL(await made.getByRole("textbox").inputValue()).pathname;
  await expect(row(page, email).first()).toContainText("Invited");

  const context = await (browser as Browser).newContext();
  const other = await context.newPage();
  await other.goto(server.url + path);
  await expect(other.getByRole("heading", { name: "Join Sandbox" })).toBeVisible();
  await other.getByLabel("Your name").fill("Ben");
  await other.getByLabel("New password").fill(PASSWORD);
  await other.getByRole("button", { name: "Join" }).click();
  await expect(other.getByRole("link", { name: "Preview: A tour of Cuepoint" })).toBeVisible();
  await expect(other.getByRole("link", { name: /^Report/ })).toBeHidden();

  await page.goto(`${server.url}/account`);
  await page.getByRole("combobox", { name: "Role of Ben" }).selectOption("Analyst");
  await page.getByRole("button", { name: "Change the role of Ben" }).click();
  await expect(page.getByRole("status")).toContainText("role is changed");
  await other.reload();
  await other.getByRole("link", { name: "Report: A tour of Cuepoint" }).click();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("A tour of Cuepoint");
  await page.getByRole("button", { name: "Remove Ben" }).click();
  await expect(page.getByRole("status")).toContainText("no longer belong");
  expect((await other.request.get(`${server.url}/videos`)).status()).toBe(403);
  await context.close();
});

test("a browser is signed out from another one", async ({ page, server, browser }) => {
  const { email, path } = added(server);
  await page.goto(server.url + path);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  const context = await (browser as Browser).newContext();
  const other = await context.newPage();
  await other.goto(`${server.url}/sign-in`);
  await other.getByLabel("E-mail").fill(email);
  await other.getByLabel("Password").fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("heading", { name: "Videos", level: 1 })).toBeVisible();
  await page.goto(`${server.url}/account`);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(page.getByRole("status")).toContainText("signed out");
  await other.reload();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await context.close();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("all of it works", async ({ page, server }) => {
    await signedIn(page, server, "admin");
    await page.getByRole("link", { name: "Account" }).click();
    const form = page.getByRole("form", { name: "Make a key" });
    await form.getByLabel("Name").fill("Without scripts");
    await form.getByRole("button", { name: "Make key" }).click();
    const made = page.getByRole("region", { name: "API key Without scripts" });
    await expect(made.getByRole("textbox")).toHaveValue(/^cue_/);
    await expect(made.getByRole("button", { name: "Copy" })).toBeHidden();
  });
});

test("axe finds nothing on the pages of people, light and dark, and a phone shows all of them", async ({ page, server }) => {
  test.slow();
  const { path } = added(server, "editor");
  const look = async (name: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect((await new AxeBuilder({ page }).analyze()).violations, name).toEqual([]);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(375);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-phone.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 800 });
  };
  for (const [name, address] of [["set", path], ["sign-in", "/sign-in"], ["reset", "/reset"]] as const) {
    await page.goto(server.url + address);
    await look(name);
  }
  await signedIn(page, server);
  await look("videos");
  await page.goto(`${server.url}/account`);
  const form = page.getByRole("form", { name: "Invite somebody" });
  await form.getByLabel("E-mail").fill("somebody@example.com");
  await form.getByRole("button", { name: "Invite" }).click();
  await page.getByText("What the roles may do").click();
  await look("account");
});
