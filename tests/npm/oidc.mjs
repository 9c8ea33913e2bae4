// An OAuth2 provider nobody here wrote: it knows one client, by its public keys, and prints its token address.
import http from "node:http";
import Provider from "oidc-provider";

const { keys, scopes, client_secret } = JSON.parse(process.argv[2]);
const algorithms = ["ES384", "RS384"];
const common = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [], scope: scopes };
const clients = [
  { ...common, client_id: "hub", token_endpoint_auth_method: "private_key_jwt", jwks: keys },
  { ...common, client_id: "hub-with-secret", client_secret },
];

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    clientAuthMethods: ["private_key_jwt", "client_secret_basic"],
    enabledJWA: { clientAuthSigningAlgValues: algorithms },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
    },
    scopes: ["system/*.rs", "system/CarePlan.cu", "system/Patient.d"],
    ttl: { ClientCredentials: 300 },
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ token_url: `${issuer}/token`, introspection_url: `${issuer}/token/introspection` }));
});
