import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, "../../target");
const binary = process.env.CUEPOINT_BINARY ?? join(target, "release/cuepoint");

/** The release binary, serving the demo on a free port from a folder of its own. */
export class Server {
  private constructor(
    readonly url: string,
    readonly apiKey: string,
    private child: ChildProcess,
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  static async start(): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run scripts/build first.`);
    const folder = mkdtempSync(join(tmpdir(), "cuepoint-"));
    const env = {
      PATH: process.env.PATH ?? "",
      CUEPOINT_LISTEN: "127.0.0.1:0",
      CUEPOINT_ADMIN_LISTEN: "127.0.0.1:0",
      CUEPOINT_EGRESS_ALLOW: "127.0.0.1/32",
      CUEPOINT_LOG: process.env.CUEPOINT_LOG ?? "warn",
    };
    const { child, said } = await launch(folder, env);
    return new Server(new URL(said.get("play")!).origin, said.get("API key")!, child, folder, env);
  }

  /** Kills it as a power cut would, and starts it again at the same address. */
  async crash(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    const { child } = await launch(this.folder, { ...this.env, CUEPOINT_LISTEN: new URL(this.url).host });
    this.child = child;
  }

  /** The database's file. */
  get database(): string {
    return join(this.folder, "data/cuepoint.db");
  }

  /** Runs a command beside the server, as an operator does; returns what it prints. */
  command(...given: string[]): string {
    return execFileSync(binary, given, { cwd: this.folder, env: this.env, stdio: ["ignore", "pipe", "inherit"] }).toString().trim();
  }

  /** Adds a video from disk; returns its number. */
  add(...given: string[]): number {
    return Number(/video_id: (\d+)/.exec(this.command("add", ...given))![1]);
  }

  /** Ends it as an operator would, and returns the exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = await ended;
    rmSync(this.folder, { recursive: true, force: true });
    return code as number | null;
  }

  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

async function launch(folder: string, env: Record<string, string>): Promise<{ child: ChildProcess; said: Map<string, string> }> {
  const child = spawn(binary, ["serve", "--demo"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout! })) {
    const [name, value] = line.split(": ");
    if (name && value) said.set(name, value);
    if (said.has("API key")) break;
  }
  if (!said.has("play")) throw new Error("The server did not start.");
  return { child, said };
}
