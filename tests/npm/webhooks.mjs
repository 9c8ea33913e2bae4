// Two receivers of Standard Webhooks: each says of every notice on standard input whether it takes it.
import { readFileSync } from "node:fs";
import * as standardwebhooks from "standardwebhooks";
import * as svix from "svix";

const { secret, notices } = JSON.parse(readFileSync(0, "utf8"));
const receivers = { standardwebhooks: standardwebhooks.Webhook, svix: svix.Webhook };

const takes = (receiver, { headers, body }) => {
  try {
    new receiver(secret).verify(body, headers);
    return true;
  } catch (refused) {
    if (refused.name === "WebhookVerificationError" || /WebhookVerificationError/.test(String(refused.stack))) return false;
    throw refused;
  }
};

const said = Object.entries(receivers).map(([name, one]) => [name, notices.map((notice) => takes(one, notice))]);
console.log(JSON.stringify(Object.fromEntries(said)));
