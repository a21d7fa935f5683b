// Where webhooks may go: nowhere inside. A User writes the address, and the platform calls it from within the Operator's network.
//
// What always holds: an address is judged when it is connected to, by what its name stands for then (requireAllowed as the
// `lookup` of the connection), so a name that is another tomorrow leads nowhere else. Redirects are followed by nobody.
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PenstockError } from '../foundation/errors.ts';

/** Of no network that is everybody's: RFC 6890 and what came after it. */
const inside: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of IPv6 only what is given out to somebody; that which holds an IPv4 address in it could be any. */
const GLOBAL_6 = ['2000::', 3] as const;
const embedding: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, bits] of networks) list.addSubnet(net, bits, isIP(net) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
const closed = listOf([...inside, ...embedding]);
const open6 = listOf([GLOBAL_6]);

/** Networks of the settings, as `10.0.0.0/8`. @throws PenstockError 'config.invalid' */
export function readNetworks(texts: readonly string[]): BlockList {
  const networks: (readonly [string, number])[] = [];
  for (const text of texts) {
    const [net = '', bits = '', ...rest] = text.split('/');
    const family = isIP(net);
    if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
      const detail = `webhooks.allowed_networks (PENSTOCK_WEBHOOKS_ALLOWED_NETWORKS): ${text} is no network such as 10.1.0.0/16`;
      throw new PenstockError('config.invalid', { detail });
    }
    networks.push([net, Number(bits)]);
  }
  return listOf(networks);
}

/** Whether an address may be called: everybody's, or of a network that the Operator allows. */
export function isAllowed(address: string, allowed: BlockList): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return false;
  if (allowed.check(address, family)) return true;
  if (family === 'ipv4') return !closed.check(address, family);
  return open6.check(address, family) && !closed.check(address, family);
}

/**
 * An address as it is given: https, or, where the Operator allows its network, http to an IP address of it.
 * @throws PenstockError 'webhooks.address'
 */
export function requireAddress(url: string, allowed: BlockList): void {
  const refuse = (detail: string) => new PenstockError('webhooks.address', { detail, where: 'url' });
  const { protocol, hostname, username, password, hash } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, '');
  const isNumber = isIP(host) !== 0;
  if (username !== '' || password !== '' || hash !== '') throw refuse('it must have no user, password or fragment');
  if (isNumber && !isAllowed(host, allowed)) throw refuse(`${host} is an address that the Operator does not allow`);
  const isOwn = isNumber && allowed.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
  if (protocol !== 'https:' && !(protocol === 'http:' && isOwn)) throw refuse('it must begin with https://');
}

/** Looks names up, and gives only addresses that may be called. */
export function allowedLookup(allowed: BlockList): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const good = addresses.filter(({ address }) => isAllowed(address, allowed));
      const [first] = good;
      if (first === undefined) {
        callback(Object.assign(new Error('not allowed'), { code: 'ADDRESS_NOT_ALLOWED' }), '', 0);
      } else if (options.all === true) callback(null, good);
      else callback(null, first.address, first.family);
    });
  };
}
