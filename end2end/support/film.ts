import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "./server.js";

/** A small film of so many seconds, with pictures that move and a tone. */
export function film(seconds: number): string {
  const file = join(mkdtempSync(join(tmpdir(), "cuepoint-film-")), "film.mp4");
  execFileSync("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", `testsrc2=size=640x360:rate=25:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", file],
  ]);
  return file;
}

/** A video of its own, whose timeline a test writes as a customer does. */
export class Authored {
  private constructor(
    readonly server: Server,
    readonly token: string,
    readonly id: number,
  ) {}

  static add(server: Server, token: string, seconds = 30): Authored {
    return new Authored(server, token, server.add(film(seconds), "--token", token, "--title", "A film with interactions"));
  }

  /** Puts these interactions in place of whatever stood there; returns them as they are stored. */
  async write(...interactions: object[]): Promise<{ id: string }[]> {
    const put = await this.server.api<{ interactions: { id: string }[] }>("PUT", `/api/v1/videos/${this.id}/interactions`, { interactions });
    return put.interactions;
  }

  get play(): string {
    return `${this.server.url}/video/play/${this.token}`;
  }

  get embed(): string {
    return `${this.server.url}/video/embed/${this.token}`;
  }

  async actions(): Promise<Record<string, number>> {
    const report = await this.server.api<{ actions: Record<string, number> }>("GET", `/api/v1/me/video/reports/${this.id}`);
    return report.actions;
  }
}
