import type { Eui } from '@penstock/duis';

/**
 * Who is asking. Every store function that returns rows of the audit record takes one, and there is no way to ask
 * without: the first wall. The second is row-level security, see audit-trail/record-store.ts.
 */
export type Viewer =
  /** A User's machine, under these User IDs. */
  | { readonly kind: 'user'; readonly userIds: readonly Eui[] }
  /** The Operator's machine, under the Operator's own User ID. */
  | { readonly kind: 'operator'; readonly userId: Eui };
