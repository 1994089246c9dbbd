// npm install standardwebhooks, then: WHSEC=whsec_… node receiver.mjs
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WHSEC);
const seen = new Set(); // In production: a table with a unique key.

createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  let message;
  try {
    message = webhook.verify(body, request.headers);
  } catch {
    response.writeHead(401).end();
    return;
  }
  if (!seen.has(message.hook.uuid)) {
    seen.add(message.hook.uuid);
    console.log(JSON.stringify(message));
  }
  response.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 4000), "127.0.0.1");
