// A certified OpenID provider on loopback for `tests/browser/test_sign_in.py`, run in the folder
// that oidc-provider was installed into: node provider.mjs PORT APP_ADDRESS CLIENT_ID CLIENT_SECRET
//
// Anybody may sign in with any e-mail and any password. The ID token of somebody whose e-mail
// begins with a word of SPOILT is made wrong in that way, and signed anew with the right key.

import { Provider } from 'oidc-provider';
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';

const [port, app, clientId, clientSecret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const SPOILT = {
  'wrong-audience': { aud: 'another-app' },
  'wrong-issuer': { iss: 'http://127.0.0.1:1' },
  'expired-token': { exp: 1000000000, iat: 999990000 },
  'wrong-nonce': { nonce: 'another' },
  'old-token': { iat: Math.floor(Date.now() / 1000) - 13 * 3600 },
  'unverified': { email_verified: false },
};

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const other = await generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' };

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [`${app}/oauth2callback`],
    post_logout_redirect_uris: [`${app}/oauth2callback`],
  }],
  jwks: { keys: [jwk] },
  cookies: { keys: ['for tests only'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false, // Streamlit reads the ID token, and asks for nothing else
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true }),
  }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path !== '/token' || !ctx.body?.id_token) return;
  const claims = decodeJwt(ctx.body.id_token);
  const word = claims.email.split('@')[0];
  if (!(word in SPOILT) && word !== 'wrong-key') return;
  const key = word === 'wrong-key' ? other.privateKey : privateKey;
  ctx.body.id_token = await new SignJWT({ ...claims, ...SPOILT[word] })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
});

provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
