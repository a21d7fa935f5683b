import type { UserIdDocument } from '@penstock/api/schemas';

/** The roles that somebody has now. */
export function rolesNow({ roles }: UserIdDocument, now: number): UserIdDocument['roles'][number]['role'][] {
  return roles
    .filter(({ validFrom, validTo }) => {
      const isBegun = validFrom === undefined || Date.parse(validFrom) <= now;
      return isBegun && (validTo === undefined || now < Date.parse(validTo));
    })
    .map(({ role }) => role);
}
