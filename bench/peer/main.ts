import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import pg from 'pg';
import { SignedXml } from 'xml-crypto';
import type { PeerSettings } from './settings.ts';

/**
 * The gateway's endpoint made the usual way, to be measured beside ours: one process of Fastify, the signature verified
 * by xml-crypto, one INSERT a message, the same acknowledgement after it.
 *
 * It is spared much that ours does: no rules, no roles, no devices, one table with one index, no strict reading (its
 * facts are found by regular expressions in what was signed). It has what a careful author would give it: keys are
 * parsed once, the statement is prepared, connections are pooled. Its one argument is the file of its PeerSettings.
 */

const settings: PeerSettings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const keys = new Map<string, KeyObject>(
  settings.signers.map(({ issuer, serial, certificate }) => [`${issuer} ${serial}`, createPublicKey(certificate)]),
);
const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 10 });

const ECDSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';

/** xml-crypto has no ECDSA of its own; the value is r and s, as XML signatures have it. */
class EcdsaSha256 {
  getAlgorithmName = (): string => ECDSA_SHA256;

  getSignature = (): string => {
    throw new Error('the peer signs nothing');
  };

  verifySignature = (material: string, key: unknown, value: string): boolean =>
    verify(
      'sha256',
      Buffer.from(material),
      { key: key as KeyObject, dsaEncoding: 'ieee-p1363' },
      Buffer.from(value, 'base64'),
    );
}

/** What was signed, or undefined. */
function verifiedContent(xml: string): string | undefined {
  const signature = /<ds:Signature[ >][\s\S]*<\/ds:Signature>/.exec(xml)?.[0];
  if (signature === undefined) return undefined;
  const issuer = textOf(signature, 'X509IssuerName');
  const serial = textOf(signature, 'X509SerialNumber');
  const key = keys.get(`${issuer} ${serial}`);
  if (key === undefined) return undefined;
  const signed = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  signed.SignatureAlgorithms[ECDSA_SHA256] = EcdsaSha256;
  signed.loadSignature(signature);
  return signed.checkSignature(xml) ? signed.getSignedReferences()[0] : undefined;
}

function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}>([^<]*)</`).exec(xml)?.[1];
}

const INSERT = `
  insert into peer_message (request_id, user_id, srv, body) values ($1, $2, $3, $4) on conflict (request_id) do nothing`;

await pool.query(`
  create table if not exists peer_message (
    request_id text primary key,
    user_id text not null,
    srv text,
    received_at timestamptz not null default now(),
    body bytea not null
  )`);

const server = Fastify({
  https: { key: readFileSync(settings.keyFile), cert: readFileSync(settings.certificateFile) },
  bodyLimit: 16 * 1024 * 1024,
});
server.addContentTypeParser('application/xml', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
server.post<{ Body: Buffer }>('/duis/:service', async (request, reply) => {
  const xml = request.body.toString('utf8');
  const content = verifiedContent(xml);
  if (content === undefined) return await reply.code(403).send({ title: 'the signature does not verify' });
  const requestId = textOf(content, 'RequestID') ?? '';
  const srv = textOf(content, 'ServiceReferenceVariant');
  const values = [requestId, requestId.slice(0, 23), srv, request.body];
  const { rowCount } = await pool.query({ name: 'insert', text: INSERT, values });
  if (rowCount === 0) return await reply.code(409).send({ title: 'the RequestID was used before' });
  return await reply.type('application/xml').send(acknowledgement(requestId, srv ?? ''));
});

function acknowledgement(requestId: string, srv: string): string {
  const reference = srv.split('.').slice(0, 2).join('.');
  return (
    '<ra:Response xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert" schemaVersion="5.4"><ra:Header>' +
    `<ra:RequestID>${requestId}</ra:RequestID><ra:ResponseCode>I99</ra:ResponseCode>` +
    `<ra:ResponseDateTime>${new Date().toISOString()}</ra:ResponseDateTime></ra:Header><ra:Body><ra:ResponseMessage>` +
    `<ra:ServiceReference>${reference}</ra:ServiceReference>` +
    `<ra:ServiceReferenceVariant>${srv}</ra:ServiceReferenceVariant></ra:ResponseMessage></ra:Body></ra:Response>`
  );
}

process.once('SIGTERM', async () => {
  await server.close();
  await pool.end();
});
await server.listen({ host: '127.0.0.1', port: settings.port });
