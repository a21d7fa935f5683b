import type { FastifyRequest } from 'fastify';
import type { Author } from '../activity.ts';
import { actingOfViewer } from '../viewer.ts';
import { addressOf, viewerOf } from './server.ts';

/** Who makes a call, as what it changes is recorded. */
export function authorOfCall(request: FastifyRequest): Author {
  const viewer = viewerOf(request);
  const by = { acting: actingOfViewer(viewer), address: addressOf(request) };
  const { person, machine } = viewer;
  if (person !== undefined) return { name: person.email, role: person.role, ...by };
  if (machine === undefined) throw new Error('a machine came in without a certificate');
  return { name: machine.certificate, role: 'machine', machineRole: machine.role, ...by };
}
