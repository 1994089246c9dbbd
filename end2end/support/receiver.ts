import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export type Hook = { headers: IncomingHttpHeaders; body: string };

/** A customer's server on loopback that keeps every webhook it gets. */
export class Receiver {
  readonly hooks: Hook[] = [];
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      receiver.hooks.push({ headers: request.headers, body });
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const receiver = new Receiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server);
    return receiver;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A web site on `localhost`: another site than the player's 127.0.0.1. */
export async function site(html: string): Promise<{ url: string; stop: () => void }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(html);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, stop };
}
