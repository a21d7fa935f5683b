import type { Eui, SignedCommandVariant, Signer } from '@penstock/duis';
import { Eligibility } from './eligibility.ts';
import type { Network } from './homes.ts';
import { ownTemplates } from './own-templates.ts';
import type { SimulatedUser } from './parties.ts';
import { Random, WeightedChoice } from './random.ts';
import { Counters, type PreparedRequest, RequestMaker, serviceOf } from './requests.ts';
import { loadTemplates, type Template } from './templates.ts';

/**
 * A stream of signed requests made beforehand, for load and for tests: every template as often as every other (the
 * template mix), with a share of signed pre-commands.
 */

export interface TrafficOptions {
  readonly seed: string;
  readonly count: number;
  /** 0 to 1; 'the template mix with a fifth of signed pre-commands' is 0.2. */
  readonly signedPreCommandShare: number;
  readonly users: readonly SimulatedUser[];
  readonly network: Network;
  readonly signers: ReadonlyMap<Eui, Signer>;
  /** The instant whose registrations count. */
  readonly asOf: Date;
  /** See Counters. */
  readonly counterBase: bigint;
}

/** A template that somebody may send, and who. */
export interface Sendable {
  readonly template: Template;
  readonly senders: WeightedChoice<SimulatedUser>;
}

/** All templates, the package's and ours. */
export function allTemplates(): readonly Template[] {
  return [...loadTemplates(), ...ownTemplates()];
}

/** Those that some User may send; services for which the catalogue names no role are never among them. */
function sendable(templates: readonly Template[], eligibility: Eligibility): Sendable[] {
  return templates.flatMap((template) => {
    const senders = eligibility.senders(template, serviceOf(template).roles);
    return senders === undefined ? [] : [{ template, senders }];
  });
}

/** 5 to the device, 6 for local delivery, 7 both. */
const SIGNED_VARIANTS = new WeightedChoice<SignedCommandVariant>([
  [5, 90],
  [6, 4],
  [7, 6],
]);
const MOST_IN_A_LIST = 20;

/** Makes each message when it is asked for; the same options give the same messages, signatures aside. */
export function* prepareTraffic(options: TrafficOptions): Generator<PreparedRequest, void, undefined> {
  const random = new Random(options.seed).child('traffic');
  const eligibility = new Eligibility(options.network, options.users, options.asOf);
  const plain = sendable(allTemplates(), eligibility);
  const critical = plain.filter(({ template }) => serviceOf(template).critical);
  if (plain.length === 0) throw new Error('no User may send anything to these homes');
  const counters = new Counters(options.counterBase);
  const maker = new RequestMaker({
    random: random.child('requests'),
    counters,
    signers: options.signers,
    former: options.network.former,
  });

  for (let made = 0; made < options.count; made += 1) {
    const signed = critical.length > 0 && random.chance(options.signedPreCommandShare);
    const { template, senders } = random.pick(signed ? critical : plain);
    const user = senders.pick(random);
    const reaches = eligibility.homesFor(user, template, serviceOf(template).roles);
    const reach = random.pick(reaches);
    if (signed) yield maker.signedPreCommand(user, template, reach, SIGNED_VARIANTS.pick(random));
    else yield maker.request(user, template, reach, reaches.slice(0, MOST_IN_A_LIST));
  }
}
