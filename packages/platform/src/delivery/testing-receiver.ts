/** A User's receive service on a real TLS port, which does what it is told, for tests. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { testCertificate } from '../parties/testing-certificates.ts';

/** Certificate of every receive service here, its own authority; and the client certificate that it is shown. */
const serverCertificate = testCertificate({ serial: '0a01', issuer: 'localhost', serverName: 'localhost' });
export const clientCertificate = testCertificate({ serial: '0a02', issuer: 'platform', serverName: 'platform' });
const keyOf = (certificate: typeof serverCertificate) =>
  certificate.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** What a platform shows and trusts to push to the receive services here. */
export const credentials = {
  ca: Buffer.from(serverCertificate.pem),
  cert: Buffer.from(clientCertificate.pem),
  key: Buffer.from(keyOf(clientCertificate)),
};

export interface Received {
  readonly body: string;
  readonly position: string;
  readonly kind: string;
  readonly contentType: string;
  /** SHA-256 of the client certificate that was shown. */
  readonly client: string;
}

export type Behaviour = (response: ServerResponse, received: Received, socket: Socket) => void;

export const takes: Behaviour = (response) => void response.writeHead(204).end();
export const refuses =
  (status: number): Behaviour =>
  (response) =>
    void response.writeHead(status).end('no');
export const neverAnswers: Behaviour = () => {};

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Connections made so far. */
  readonly connections: () => number;
  behaviour: Behaviour;
  /** Closes the port, as behind a changed firewall; `open` opens the same one. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startReceiver(behaviour: Behaviour = takes): Promise<Receiver> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const received: Received[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const one: Received = {
      body: Buffer.concat(chunks).toString(),
      position: String(request.headers['penstock-position']),
      kind: String(request.headers['penstock-kind']),
      contentType: String(request.headers['content-type']),
      client: request.socket instanceof TLSSocket ? (request.socket.getPeerCertificate().fingerprint256 ?? '') : '',
    };
    received.push(one);
    receiver.behaviour(response, one, request.socket);
  };
  const server = createServer(
    {
      cert: serverCertificate.pem,
      key: keyOf(serverCertificate),
      ca: clientCertificate.pem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      answer(request, response).catch(() => response.destroy()); // the caller went away before its body was whole
    },
  );
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // tests cut connections
  });
  let port = 0;
  const open = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await open();
  const receiver: Receiver = {
    url: `https://localhost:${port}/receive`,
    received,
    connections: () => connections,
    behaviour,
    open,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
