// Signing in: an authorization code with PKCE (RFC 7636), without a client secret. What is got stays in memory:
// whoever closes the page has to sign in again, and nobody finds a token on the device.

const WAY = "familie-app:way"; // what must survive the trip to the provider and back; never a token

let found; // what the provider says of itself
let tokens = null;

const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => text(crypto.getRandomValues(new Uint8Array(32)));
const here = () => new URL(".", location.href).href;

export const token = () => tokens?.access_token ?? null;

export function forget() {
  tokens = null;
}

async function provider(config) {
  const issuer = config.issuer.replace(/\/$/, "");
  found ??= await fetch(`${issuer}/.well-known/openid-configuration`).then((answer) => answer.json());
  if (found.issuer !== config.issuer) throw new Error("The provider calls itself something else.");
  return found;
}

/** Leave for the provider; it sends the browser back here. */
export async function leave(config) {
  const { authorization_endpoint } = await provider(config);
  const way = { verifier: random(), state: random(), hash: location.hash };
  const challenge = text(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(way.verifier)));
  sessionStorage.setItem(WAY, JSON.stringify(way));
  const asked = new URLSearchParams({
    client_id: config.client_id,
    redirect_uri: here(),
    response_type: "code",
    scope: config.scope ?? "openid",
    resource: `urn:samenspraak:${config.organisation}`,
    state: way.state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  location.assign(`${authorization_endpoint}?${asked}`);
}

/** Whether the browser comes back from the provider just now; then the tokens are there afterwards. */
export async function comeBack(config) {
  const given = new URLSearchParams(location.search);
  if (!given.has("state")) return false;
  const way = JSON.parse(sessionStorage.getItem(WAY) ?? "null");
  sessionStorage.removeItem(WAY);
  history.replaceState(null, "", here() + (way?.hash ?? ""));
  if (!way || given.get("state") !== way.state || !given.has("code")) return false;
  const { token_endpoint } = await provider(config);
  const answer = await fetch(token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: config.client_id,
      redirect_uri: here(),
      code: given.get("code"),
      code_verifier: way.verifier,
      resource: `urn:samenspraak:${config.organisation}`,
    }),
  });
  if (answer.ok) tokens = await answer.json();
  return answer.ok;
}

/** Where to go so that the provider forgets who was here too; null when it has no such place. */
export async function goodbye(config) {
  const hint = tokens?.id_token;
  tokens = null;
  sessionStorage.clear();
  const { end_session_endpoint } = await provider(config).catch(() => ({}));
  if (!end_session_endpoint || !hint) return null;
  return `${end_session_endpoint}?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: here() })}`;
}
