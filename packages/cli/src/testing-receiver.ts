import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A User's machine that is told by a webhook; what is signed wrongly it does not count. */
export class Receiver {
  /** In the order in which they came; one that came twice stands twice. */
  readonly told: { readonly id: string; readonly type: string; readonly change: string | undefined }[] = [];
  /** Called before each answer; one that never resolves leaves the call without one. */
  beforeAnswer: (id: string) => Promise<unknown> = async () => undefined;
  secret = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
      const { type, data } = JSON.parse(body);
      const id = String(request.headers['webhook-id']);
      this.told.push({ id, type, change: data.change?.change });
      await this.beforeAnswer(id);
      response.writeHead(204).end();
    });
  }

  /** Resolves with its address. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
