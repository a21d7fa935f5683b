import type { OutgoingHttpHeaders } from 'node:http';
import { type EventTopic, eventQuerySchema, eventTopics } from '@penstock/api';
import { parseEui } from '@penstock/duis';
import type { Caller, Sessions, SignedIn } from '../foundation/http/caller.ts';
import { type HttpApp, personOf } from '../foundation/http/server.ts';
import { ACTING_HEADER } from '../people/people.ts';
import { rightOfTopic, type View } from './events.ts';
import type { EventHub } from './hub.ts';

function topicsOf({ rights }: Caller): Set<EventTopic> {
  return new Set(eventTopics.filter((topic) => rights.has(rightOfTopic[topic])));
}

/** For whom a page acts, judged as each call is that it would make. @throws PenstockError 'access.denied' */
function viewOf(sessions: Sessions, person: SignedIn, named: string): View {
  const caller = sessions.callerOf(person, { [ACTING_HEADER]: named });
  if (caller.choice === undefined) throw new Error('a person acts by a choice');
  return { acting: parseEui(named) ?? 'operator', role: caller.choice.role, topics: topicsOf(caller) };
}

/** What changes, to whoever has pages open. */
export function eventRoutes({ hub, sessions }: { hub: EventHub; sessions: Sessions }): (app: HttpApp) => void {
  return (app) => {
    app.get(
      '/api/v1/events',
      { config: { access: 'person' }, schema: { querystring: eventQuerySchema } },
      (request, reply) => {
        const person = personOf(request);
        const views = [...new Set(request.query.for)].map((named) => viewOf(sessions, person, named));
        const { personId, sessionId } = person;
        const header = request.headers['last-event-id'];
        const after = typeof header === 'string' ? header : request.query.after;
        const stream = hub.open({ views, personId, sessionId, after: instantOf(after) });
        // not by `send`, to which a stream that is cut is a failure of the call
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          ...(reply.getHeaders() as OutgoingHttpHeaders),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
          // a connection that went on would be waited for when the server stops
          connection: 'close',
        });
        raw.once('close', () => stream.destroy());
        stream.once('close', () => {
          if (!stream.readableEnded) raw.destroy();
        });
        // whoever left while it was found out who is asking has closed already
        if (raw.destroyed) stream.destroy();
        else stream.pipe(raw);
      },
    );
    // the server waits for answers under way, and these would never end
    app.addHook('preClose', () => hub.stop());
  };
}

/** What is no instant is as if nothing was seen: everything is asked again then. */
function instantOf(text: string | undefined): Date | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time);
}
