import { type EmailDocument, emailSchema } from '@penstock/api';
import type pg from 'pg';
import type { Clock } from '../../foundation/clock.ts';
import type { Config } from '../../foundation/config.ts';
import { PenstockError } from '../../foundation/errors.ts';
import type { HttpApp } from '../../foundation/http/server.ts';
import { findStanding } from '../../ways/ways-store.ts';
import { readOpener } from './keys.ts';

/** Where signed files go by e-mail, and the certificate to which they are encrypted. @throws PenstockError 'config.invalid' */
export function emailRoutes({ pool, clock, config }: { pool: pg.Pool; clock: Clock; config: Config }) {
  const { port, address = '', maxBytes } = config.email;
  const opener = port === undefined ? undefined : readOpener(config);
  return (app: HttpApp): void => {
    app.get(
      '/api/v1/email',
      { config: { access: 'submissions.see' }, schema: { response: { 200: emailSchema } } },
      async (): Promise<EmailDocument> => {
        if (opener === undefined) {
          throw new PenstockError('request.not-found', { detail: 'e-mail is not set up on this platform' });
        }
        const { isOpen, sentence } = await findStanding(pool, 'email', clock.now());
        const { pem, certificate } = opener;
        return {
          isOpen,
          sentence,
          address,
          certificate: pem,
          fingerprint: certificate.fingerprint,
          notAfter: certificate.notAfter.toISOString(),
          maxBytes,
        };
      },
    );
  };
}
