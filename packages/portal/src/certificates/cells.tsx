import { Text } from '@mantine/core';
import { When } from '../shared/when.tsx';
import { standingOf } from './standing.ts';

/** Who issued it, and which one it is. */
export function CertificateCell({
  issuer,
  serial,
  fingerprint,
}: {
  issuer: string;
  serial: string;
  fingerprint: string;
}) {
  return (
    <div>
      <span className="penstock-fingerprint">{serial}</span>
      <Text size="sm" c="dimmed">
        {issuer}
      </Text>
      <Text size="xs" c="dimmed" className="penstock-identifier">
        SHA-256 {fingerprint.slice(0, 16)} ...
      </Text>
    </div>
  );
}

interface Registration {
  readonly registeredAt: string;
  readonly registeredBy?: string | undefined;
  readonly revokedAt?: string | undefined;
  readonly revokedBy?: string | undefined;
}

/** Who added it and when, and who revoked it. */
export function RegisteredBy({ registeredAt, registeredBy, revokedBy }: Registration) {
  return (
    <Text size="xs" c="dimmed" component="div" className="penstock-address">
      <div>
        added{registeredBy === undefined ? '' : ` by ${registeredBy}`}, <When at={registeredAt} inline />
      </div>
      {revokedBy === undefined ? null : <div>revoked by {revokedBy}</div>}
    </Text>
  );
}

export function StandingCell(props: { notBefore: string; notAfter: string } & Registration) {
  const { mark, word } = standingOf(props, Date.now());
  return (
    <div>
      <span className={`penstock-outcome penstock-outcome-${mark}`}>{word}</span>
      <Text size="sm" c="dimmed">
        {props.revokedAt === undefined ? (
          <>
            until <When at={props.notAfter} inline />
          </>
        ) : (
          <When at={props.revokedAt} inline />
        )}
      </Text>
      <RegisteredBy {...props} />
    </div>
  );
}
