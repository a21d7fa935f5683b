// Whether a User has all that it takes to deliver by a way. Pure.
import { type Way, type WayAccess, wayNames } from '@penstock/api';

/** What is registered for a User ID and good now, and when it was used. */
export interface Registered {
  /** Officers whose certificate is valid: without one nothing can be signed. */
  readonly officers: number;
  /** Machines' certificates that are valid. */
  readonly machines: number;
  /** People who may deliver in the portal. */
  readonly people: number;
  readonly sshKeys: number;
  readonly sshUsedAt: Date | undefined;
  /** To which receipts go by e-mail. */
  readonly emailAddresses: number;
  /** The platform made its folder in the library; who may open that, only the library knows. */
  readonly hasSharePointFolder: boolean;
  readonly deliveredAt: Readonly<Partial<Record<Way, Date>>>;
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function accessOf(way: Way, of: Registered): Pick<WayAccess, 'has' | 'lacks'> {
  switch (way) {
    case 'https': {
      const has = [
        ...counted(of.people, 'person who may deliver', 'people who may deliver'),
        ...counted(of.machines, 'certificate of a machine', 'certificates of machines'),
      ];
      return {
        has,
        lacks: has.length > 0 ? [] : ['nobody has an account that may deliver, and no machine a certificate'],
      };
    }
    case 'sftp':
      return {
        has: counted(of.sshKeys, 'SSH key', 'SSH keys'),
        lacks: of.sshKeys > 0 ? [] : ['no SSH key is registered'],
      };
    // whoever signed may send; what goes back needs an address
    case 'email':
      return {
        has: counted(of.emailAddresses, 'mail address', 'mail addresses'),
        lacks: of.emailAddresses > 0 ? [] : ['no mail address is registered for receipts'],
      };
    case 'sharepoint':
      return {
        has: of.hasSharePointFolder ? ['a folder in the library'] : [],
        lacks: [
          ...(of.hasSharePointFolder ? [] : ['no folder in the library yet']),
          ...(of.deliveredAt.sharepoint === undefined ? ['not proven: no file came by it yet'] : []),
        ],
      };
  }
}

/** Of every way. */
export function readinessOf(of: Registered): WayAccess[] {
  return wayNames.map((way) => {
    const access = accessOf(way, of);
    const signers = counted(of.officers, 'officer', 'officers');
    const has = [...access.has, ...signers];
    const lacks = [...access.lacks, ...(of.officers > 0 ? [] : ['no officer has a valid certificate'])];
    const usedAt = way === 'sftp' ? of.sshUsedAt : undefined;
    const deliveredAt = of.deliveredAt[way];
    return {
      way,
      isReady: lacks.length === 0,
      has,
      lacks,
      ...(usedAt === undefined ? {} : { usedAt: usedAt.toISOString() }),
      ...(deliveredAt === undefined ? {} : { deliveredAt: deliveredAt.toISOString() }),
    };
  });
}
