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
      <span className="penstock-identifier">{serial}</span>
      <Text size="sm" c="dimmed">
        {issuer}
      </Text>
      <Text size="xs" c="dimmed" className="penstock-identifier">
        SHA-256 {fingerprint.slice(0, 16)} ...
      </Text>
    </div>
  );
}

export function StandingCell(props: { notBefore: string; notAfter: string; revokedAt?: string | undefined }) {
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
    </div>
  );
}
