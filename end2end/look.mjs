import { chromium } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createInterface } from "node:readline";
const folder = mkdtempSync("/tmp/cue-");
const child = spawn(process.env.CUEPOINT_BINARY, ["serve", "--demo"], { cwd: folder, env: { PATH: process.env.PATH, CUEPOINT_LISTEN: "127.0.0.1:0", CUEPOINT_ADMIN_LISTEN: "127.0.0.1:0", CUEPOINT_EGRESS_ALLOW: "127.0.0.1/32", CUEPOINT_LOG: "warn" }, stdio: ["ignore", "pipe", "inherit"] });
const said = new Map();
for await (const line of createInterface({ input: child.stdout })) { const [n, v] = line.split(": "); said.set(n, v); if (said.has("API key")) break; }
const origin = new URL(said.get("play")).origin;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu","--mute-audio","--autoplay-policy=no-user-gesture-required"] });
export { browser, origin, said, child };
const job = await import(process.argv[2]);
try { await job.default({ browser, origin, said }); } finally { await browser.close(); child.kill(); }
