import { expect, type Page } from "@playwright/test";
import { site } from "../support/receiver.js";

type Message = { method: string; value?: unknown; listener?: string };
type Said = { event: string; value?: any; listener?: string };

const html = (src: string) => `<!doctype html><html lang="en"><head><title>A customer's page</title><link rel="icon" href="data:,"></head><body>
<iframe id="player" title="A tour" width="640" height="360" allow="autoplay"></iframe>
<iframe id="stranger" title="Somebody else" srcdoc="&lt;title&gt;Somebody else&lt;/title&gt;"></iframe>
<script>
window.raw = [];
addEventListener("message", (message) => { if (message.source === player.contentWindow) raw.push(message.data) });
player.src = ${JSON.stringify(src)};
</script></body></html>`;

/** A page on another site that speaks the protocol by hand to the player in its frame. */
export class Parent {
  private asked = 0;
  private constructor(
    private readonly page: Page,
    readonly stop: () => void,
  ) {}

  /** Opens it around `src`, and waits for the player's first `ready`. */
  static async open(page: Page, src: string): Promise<Parent> {
    const { url, stop } = await site(html(src));
    const parent = new Parent(page, stop);
    await page.goto(url);
    await parent.hears({ event: "ready" });
    return parent;
  }

  /** All that the frame has sent, as it came. */
  raw(): Promise<unknown[]> {
    return this.page.evaluate(() => (window as any).raw);
  }

  async said(): Promise<Said[]> {
    return (await this.raw()).map((data) => JSON.parse(data as string));
  }

  async tell(message: Message, as: "text" | "object" = "text", from: "parent" | "stranger" = "parent"): Promise<void> {
    const whole = { context: "player.js", version: "0.0.11", ...message };
    await this.page.evaluate(
      ([data, from]) => {
        const { player, stranger } = window as any;
        if (from === "parent") player.contentWindow.postMessage(data, "*");
        // Its own function, so that the message comes from its window.
        else stranger.contentWindow.Function("to", "data", "to.postMessage(data, '*')")(player.contentWindow, data);
      },
      [as === "text" ? JSON.stringify(whole) : whole, from] as const,
    );
  }

  /** As one task of the page, so that the messages arrive together. */
  async tellAll(messages: Message[]): Promise<void> {
    await this.page.evaluate((messages) => {
      for (const message of messages) {
        (window as any).player.contentWindow.postMessage(JSON.stringify({ context: "player.js", version: "0.0.11", ...message }), "*");
      }
    }, messages);
  }

  listen(event: string, listener: string): Promise<void> {
    return this.tell({ method: "addEventListener", value: event, listener });
  }

  /** Waits for a message of this event, and listener if one is given; the latest. */
  async hears(like: Pick<Said, "event" | "listener">): Promise<Said> {
    await expect.poll(() => this.said(), { message: `a message like ${JSON.stringify(like)}` }).toContainEqual(expect.objectContaining(like));
    const matches = (said: Said) => said.event === like.event && (!("listener" in like) || said.listener === like.listener);
    return (await this.said()).findLast(matches)!;
  }

  /** Asks a getter: what the player had been told before is done by the time it answers. */
  async ask(method: string): Promise<any> {
    const listener = `asked-${++this.asked}`;
    await this.tell({ method, listener });
    return (await this.hears({ event: method, listener })).value;
  }
}
