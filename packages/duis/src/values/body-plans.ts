/**
 * For each body that has attributes, the way to them: built once from the catalogue, walked by read-values.ts.
 */
import { type Attribute, attributes } from './attributes.ts';

/** A place in the body on the way to an attribute, or its own. */
export interface Place {
  readonly below: Map<string, Place>;
  attribute?: Attribute;
  /** Its text is the scale or the period of others: the path that they know it by. */
  companion?: string;
}

export interface BodyPlan {
  readonly top: Place;
  readonly attributes: Attribute[];
  /** By local name: what an element of that name would be, if it stood at its place. */
  readonly byName: Map<string, { attributes: Attribute[]; companions: string[] }>;
}

const plans = new Map<string, BodyPlan>();
for (const attribute of attributes.values()) {
  const [body = ''] = attribute.id.split('.', 1);
  const plan: BodyPlan = plans.get(body) ?? { top: { below: new Map() }, attributes: [], byName: new Map() };
  plans.set(body, plan);
  plan.attributes.push(attribute);
  addPlace(plan, attribute.id).attribute = attribute;
  for (const path of [attribute.scale, attribute.period]) {
    if (path !== undefined) addPlace(plan, path).companion = path;
  }
}
for (const plan of plans.values()) nameAll(plan, plan.top);

function addPlace(plan: BodyPlan, path: string): Place {
  let place = plan.top;
  for (const name of path.split('.').slice(1)) {
    const next = place.below.get(name) ?? { below: new Map() };
    place.below.set(name, next);
    place = next;
  }
  return place;
}

function nameAll(plan: BodyPlan, place: Place): void {
  for (const [name, { attribute, companion }] of place.below) {
    if (attribute === undefined && companion === undefined) continue;
    const named = plan.byName.get(name) ?? { attributes: [], companions: [] };
    if (attribute !== undefined) named.attributes.push(attribute);
    if (companion !== undefined) named.companions.push(companion);
    plan.byName.set(name, named);
  }
  for (const below of place.below.values()) nameAll(plan, below);
}

/** By the local name of the body's element. */
export const bodyPlans: ReadonlyMap<string, BodyPlan> = plans;
