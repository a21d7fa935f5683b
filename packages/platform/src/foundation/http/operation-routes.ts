import { Registry } from 'prom-client';
import { z } from 'zod';
import { PenstockError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { HttpApp } from './server.ts';

/** Something without which the platform is not ready; it throws what is wrong. */
export interface ReadyCheck {
  readonly name: string;
  check(): Promise<void>;
}

const checkResultSchema = z.object({ name: z.string(), isReady: z.boolean(), detail: z.string().optional() });
const readinessSchema = z.object({ isReady: z.boolean(), checks: z.array(checkResultSchema) });

/** A check that has not answered by then has failed: who asks gives up at about the same time. */
const SLOWEST_CHECK_MILLISECONDS = 3_000;

async function run({ name, check }: ReadyCheck, log: Log): Promise<z.infer<typeof checkResultSchema>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new PenstockError('service.not-ready', { detail: 'no answer in time' });
    timer = setTimeout(() => reject(error), SLOWEST_CHECK_MILLISECONDS);
  });
  try {
    await Promise.race([check(), late]);
    return { name, isReady: true };
  } catch (err) {
    log.warn({ err, check: name }, 'not ready');
    const detail = err instanceof PenstockError ? `${err.code}: ${err.detail ?? ''}` : 'the log says what failed';
    return { name, isReady: false, detail };
  } finally {
    clearTimeout(timer);
  }
}

export interface OperationParts {
  readonly checks: readonly ReadyCheck[];
  /** All metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
}

/** /healthz: the process answers. /readyz: it can work. /metrics: for Prometheus. */
export function operationRoutes(options: OperationParts & { readonly log: Log }): (app: HttpApp) => void {
  const { log, checks, metrics } = options;
  return (app) => {
    app.get(
      '/healthz',
      { config: { access: 'anyone' }, schema: { response: { 200: z.object({ isAlive: z.literal(true) }) } } },
      async () => ({ isAlive: true as const }),
    );
    app.get(
      '/readyz',
      { config: { access: 'anyone' }, schema: { response: { 200: readinessSchema, 503: readinessSchema } } },
      async (_, reply) => {
        const results = await Promise.all(checks.map((check) => run(check, log)));
        const isReady = results.every((result) => result.isReady);
        return reply.code(isReady ? 200 : 503).send({ isReady, checks: results });
      },
    );
    app.get('/metrics', { config: { access: 'anyone' }, schema: { hide: true } }, async (_, reply) =>
      reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await metrics()),
    );
  };
}
