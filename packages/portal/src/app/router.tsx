import { activityGroupNames } from '@penstock/api/schemas';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { z } from 'zod';
import { deviceSearchSchema } from '../audit-trail/timeline-search.ts';
import { calendarSearchSchema, changesSearchSchema } from '../changes/search.ts';
import { incidentsSearchSchema } from '../incidents/search.ts';
import { messageSearchSchema } from '../messages/search.ts';
import { noticeSearchSchema } from '../notices/search.ts';
import { eventSearchSchema, quarantineSearchSchema } from '../quarantine/search.ts';
import { reportSearchSchema } from '../reports/search.ts';
import { streamsSearchSchema } from '../streams/search.ts';
import { submissionsSearchSchema } from '../submissions/search.ts';
import { thresholdSearchSchema } from '../thresholds/search.ts';
import { NothingHere } from './nothing-here.tsx';
import { Shell } from './shell.tsx';

/** For whom one acts stays in every address of the portal. */
const actingSearchSchema = z.object({ for: z.string().max(40).optional().catch(undefined) });

/** What a page shows of itself; one that is too long to mean something is left out. */
const text = z.string().min(1).max(200).optional().catch(undefined);

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NothingHere,
  validateSearch: actingSearchSchema,
  search: { middlewares: [retainSearchParams(['for'])] },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview', search: (search) => search, replace: true });
  },
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('../overview/overview-page.tsx'), 'OverviewPage'),
});

const demonstration = createRoute({
  getParentRoute: () => root,
  path: '/demonstration',
  component: lazyRouteComponent(() => import('../demonstration/demonstration-page.tsx'), 'DemonstrationPage'),
});

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: incidentsSearchSchema,
  component: lazyRouteComponent(() => import('../incidents/incidents-page.tsx'), 'IncidentsPage'),
});

const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident',
  validateSearch: z.object({ tab: z.enum(['updates', 'changes']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../incidents/incident-page.tsx'), 'IncidentPage'),
});

const status = createRoute({
  getParentRoute: () => root,
  path: '/status',
  component: lazyRouteComponent(() => import('../status/status-page.tsx'), 'StatusPage'),
});

const notices = createRoute({
  getParentRoute: () => root,
  path: '/notices',
  validateSearch: noticeSearchSchema,
  component: lazyRouteComponent(() => import('../notices/notices-page.tsx'), 'NoticesPage'),
});

const messages = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  validateSearch: messageSearchSchema,
  component: lazyRouteComponent(() => import('../messages/messages-page.tsx'), 'MessagesPage'),
});

const life = createRoute({
  getParentRoute: () => root,
  path: '/messages/$day/$sequence',
  validateSearch: messageSearchSchema,
  component: lazyRouteComponent(() => import('../messages/life-page.tsx'), 'LifePage'),
});

const streams = createRoute({
  getParentRoute: () => root,
  path: '/streams',
  validateSearch: streamsSearchSchema,
  component: lazyRouteComponent(() => import('../streams/streams-page.tsx'), 'StreamsPage'),
});

const thresholds = createRoute({
  getParentRoute: () => root,
  path: '/thresholds',
  validateSearch: thresholdSearchSchema,
  component: lazyRouteComponent(() => import('../thresholds/thresholds-page.tsx'), 'ThresholdsPage'),
});

/** Whose, where the Operator looks. */
const ofUserSchema = actingSearchSchema.extend({ user: z.string().max(40).optional().catch(undefined) });

const submissions = createRoute({
  getParentRoute: () => root,
  path: '/submissions',
  validateSearch: submissionsSearchSchema,
  component: lazyRouteComponent(() => import('../submissions/submissions-page.tsx'), 'SubmissionsPage'),
});

const deliver = createRoute({
  getParentRoute: () => root,
  path: '/submissions/deliver',
  component: lazyRouteComponent(() => import('../submissions/deliver-page.tsx'), 'DeliverPage'),
});

const submission = createRoute({
  getParentRoute: () => root,
  path: '/submissions/$sha256',
  validateSearch: ofUserSchema,
  component: lazyRouteComponent(() => import('../submissions/submission-page.tsx'), 'SubmissionPage'),
});

const quarantine = createRoute({
  getParentRoute: () => root,
  path: '/quarantine',
  validateSearch: quarantineSearchSchema,
  component: lazyRouteComponent(() => import('../quarantine/quarantine-page.tsx'), 'QuarantinePage'),
});

const quarantineEvent = createRoute({
  getParentRoute: () => root,
  path: '/quarantine/$event',
  validateSearch: eventSearchSchema,
  component: lazyRouteComponent(() => import('../quarantine/event-page.tsx'), 'EventPage'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../session/invitation-page.tsx'), 'InvitationPage'),
});

const providerReturn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/$provider',
  component: lazyRouteComponent(() => import('../session/provider-return-page.tsx'), 'ProviderReturnPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('../account/account-page.tsx'), 'AccountPage'),
});

const told = createRoute({
  getParentRoute: () => root,
  path: '/told',
  component: lazyRouteComponent(() => import('../told/told-page.tsx'), 'ToldPage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: z.object({
    tab: text,
    person: text,
    find: text,
    about: z.enum(activityGroupNames).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('../people/people-page.tsx'), 'PeoplePage'),
});

const certificates = createRoute({
  getParentRoute: () => root,
  path: '/certificates',
  validateSearch: z.object({ tab: text, find: text, user: text }),
  component: lazyRouteComponent(() => import('../certificates/certificates-page.tsx'), 'CertificatesPage'),
});

const ways = createRoute({
  getParentRoute: () => root,
  path: '/ways',
  validateSearch: z.object({ tab: text, version: text }),
  component: lazyRouteComponent(() => import('../ways/ways-page.tsx'), 'WaysPage'),
});

const directory = createRoute({
  getParentRoute: () => root,
  path: '/directory',
  validateSearch: z.object({ tab: text, find: text }),
  component: lazyRouteComponent(() => import('../directory/directory-page.tsx'), 'DirectoryPage'),
});

const auditTrail = createRoute({
  getParentRoute: () => root,
  path: '/audit-trail',
  validateSearch: z.object({ tab: text, find: text, user: text }),
  component: lazyRouteComponent(() => import('../audit-trail/audit-trail-page.tsx'), 'AuditTrailPage'),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: reportSearchSchema,
  component: lazyRouteComponent(() => import('../reports/reports-page.tsx'), 'ReportsPage'),
});

const questions = createRoute({
  getParentRoute: () => root,
  path: '/questions',
  validateSearch: z.object({ tab: text }),
  component: lazyRouteComponent(() => import('../questions/questions-page.tsx'), 'QuestionsPage'),
});

const devices = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  validateSearch: z.object({ find: text }),
  component: lazyRouteComponent(() => import('../devices/devices-page.tsx'), 'DevicesPage'),
});

const device = createRoute({
  getParentRoute: () => root,
  path: '/devices/$device',
  validateSearch: deviceSearchSchema,
  component: lazyRouteComponent(() => import('../devices/device-page.tsx'), 'DevicePage'),
});

const erratic = createRoute({
  getParentRoute: () => root,
  path: '/erratic-devices',
  validateSearch: z.object({ user: text }),
  component: lazyRouteComponent(() => import('../devices/erratic-page.tsx'), 'ErraticPage'),
});

const changes = createRoute({
  getParentRoute: () => root,
  path: '/changes',
  validateSearch: changesSearchSchema,
  component: lazyRouteComponent(() => import('../changes/changes-page.tsx'), 'ChangesPage'),
});

const change = createRoute({
  getParentRoute: () => root,
  path: '/changes/$change',
  validateSearch: z.object({ tab: text }),
  component: lazyRouteComponent(() => import('../changes/change-page.tsx'), 'ChangePage'),
});

const newChange = createRoute({
  getParentRoute: () => root,
  path: '/changes/new',
  component: lazyRouteComponent(() => import('../changes/new-page.tsx'), 'NewPage'),
});

const editChange = createRoute({
  getParentRoute: () => root,
  path: '/changes/$change/edit',
  component: lazyRouteComponent(() => import('../changes/edit-page.tsx'), 'EditPage'),
});

const changeCalendar = createRoute({
  getParentRoute: () => root,
  path: '/changes/calendar',
  validateSearch: calendarSearchSchema,
  component: lazyRouteComponent(() => import('../changes/calendar-page.tsx'), 'CalendarPage'),
});

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/changes/schedule',
  validateSearch: z.object({ month: text }),
  component: lazyRouteComponent(() => import('../changes/schedule-page.tsx'), 'SchedulePage'),
});

const changeLimits = createRoute({
  getParentRoute: () => root,
  path: '/changes/limits',
  component: lazyRouteComponent(() => import('../changes/limits-page.tsx'), 'LimitsPage'),
});

const intake = createRoute({
  getParentRoute: () => root,
  path: '/changes/intake',
  component: lazyRouteComponent(() => import('../changes/intake-page.tsx'), 'IntakePage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    overview,
    notices,
    messages,
    life,
    streams,
    thresholds,
    submissions,
    deliver,
    submission,
    quarantine,
    quarantineEvent,
    incidents,
    incident,
    status,
    invitation,
    providerReturn,
    account,
    told,
    people,
    certificates,
    ways,
    directory,
    auditTrail,
    reports,
    questions,
    devices,
    device,
    erratic,
    changes,
    change,
    newChange,
    editChange,
    intake,
    changeCalendar,
    schedule,
    changeLimits,
    demonstration,
  ]),
  // plain text: '4.1' is a service and '81E2' a code, never a number
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const fields = Object.entries(search).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(fields as [string, string][]).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
