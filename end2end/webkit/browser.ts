import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { test as base, expect } from "@playwright/test";
import { Server } from "../support/server.js";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** A window of WebKitGTK's MiniBrowser, over WebDriver. */
export class Tab {
  constructor(private readonly session: string) {}

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(this.session + path, { method, signal: AbortSignal.timeout(30_000), ...sent });
    const { value } = (await answer.json()) as { value: any };
    if (value?.error) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value as T;
  }
  goto(url: string): Promise<void> {
    return this.call("POST", "/url", { url });
  }
  evaluate<T>(read: () => T): Promise<T>;
  evaluate<T, A>(read: (given: A) => T, given: A): Promise<T>;
  evaluate<T>(read: (given: any) => T, given?: unknown): Promise<T> {
    return this.call("POST", "/execute/sync", { script: `return (${read})(...arguments)`, args: [given ?? null] });
  }
  /** The element with this role and name, as WebKit's own accessibility tree has them. */
  async find(role: string, name: string): Promise<string> {
    let found: string | undefined;
    await expect
      .poll(async () => {
        const candidates = await this.call<Record<string, string>[]>("POST", "/elements", { using: "css selector", value: "button, a, input" });
        for (const { [ELEMENT]: id } of candidates) {
          // What is not shown has no place in that tree.
          const is = (what: string) => this.call<string>("GET", `/element/${id}/computed${what}`).catch(() => "");
          if ((await is("label")) === name && (await is("role")) === role) found = id;
        }
        return found;
      }, { message: `${role} ${name}` })
      .toBeDefined();
    return found!;
  }
  /** Moves the pointer over the page, as a hand on its way to a button does: controls that have faded come back. */
  async stir(): Promise<void> {
    const moves = [100, 300].map((at) => ({ type: "pointerMove", duration: 0, origin: "viewport", x: at, y: at }));
    await this.call("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: moves }] });
  }
  async click(role: string, name: string): Promise<void> {
    await this.stir();
    await this.call("POST", `/element/${await this.find(role, name)}/click`, {});
  }
  async enter(frame: string): Promise<void> {
    await this.call("POST", "/frame", { id: await this.call("POST", "/element", { using: "css selector", value: frame }) });
  }
  async leave(): Promise<void> {
    await this.call("POST", "/frame", { id: null });
  }
  async screenshot(path: string): Promise<void> {
    writeFileSync(path, Buffer.from(await this.call<string>("GET", "/screenshot"), "base64"));
  }
}

function miniBrowser(): string {
  const folders = readdirSync("/usr/lib").flatMap((machine) => ["4.1", "4.0"].map((version) => `/usr/lib/${machine}/webkit2gtk-${version}/MiniBrowser`));
  const found = [process.env.MINIBROWSER ?? "", ...folders].find((path) => path !== "" && existsSync(path));
  if (found === undefined) throw new Error("No WebKitGTK found: install webkit2gtk-driver, or name its MiniBrowser in MINIBROWSER.");
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

type Fixtures = { tab: Tab };

/** A test in WebKitGTK, the nearest to Safari that Debian has; it fails when the browser's console complained. */
export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      expect(await server.stop()).toBe(0);
    },
    { scope: "worker" },
  ],
  tab: async ({}, use, info) => {
    const asked = { binary: miniBrowser(), args: ["--automation", "--enable-write-console-messages-to-stdout=true"] };
    const port = await freePort();
    const driven = ["WebKitWebDriver", `--port=${port}`];
    const [command, ...args] = process.env.DISPLAY ? driven : ["xvfb-run", "-a", "-s", "-screen 0 1400x1000x24", ...driven];
    // Its own process group, so that all it starts ends with it.
    const driver = spawn(command!, args, { detached: true, stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, LIBGL_ALWAYS_SOFTWARE: "1" } });
    const complaints: string[] = [];
    createInterface({ input: driver.stdout }).on("line", (line) => {
      if (/^CONSOLE \S+ (ERROR|WARN)/.test(line)) complaints.push(line);
    });
    try {
      const url = `http://127.0.0.1:${port}`;
      await expect.poll(() => fetch(`${url}/status`).then(({ ok }) => ok, () => false)).toBe(true);
      const { sessionId } = await new Tab(`${url}/session`).call<{ sessionId: string }>("POST", "", {
        capabilities: { alwaysMatch: { "webkitgtk:browserOptions": asked } },
      });
      const tab = new Tab(`${url}/session/${sessionId}`);
      await use(tab);
      if (info.status !== info.expectedStatus) await tab.screenshot(info.outputPath("webkit.png"));
      await tab.call("DELETE", "");
    } finally {
      process.kill(-driver.pid!);
    }
    expect(complaints, "the browser's console").toEqual([]);
  },
});

export { expect };
