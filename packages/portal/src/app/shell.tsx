import { Anchor, AppShell, Burger, Group, Loader, NavLink, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { CallFailed } from '../api/call.ts';
import { isSignedOut } from '../api/query-client.ts';
import { Live } from '../live/live.tsx';
import { LiveMark } from '../live/live-mark.tsx';
import { UnreadMark } from '../notices/unread-mark.tsx';
import { ChoosePage } from '../session/choose-page.tsx';
import { choicesOf, meQuery, type Session, SessionContext } from '../session/me.ts';
import { SessionEndedDialog } from '../session/session-ended-dialog.tsx';
import { SignInPage } from '../session/sign-in-page.tsx';
import { SignOutButton } from '../session/sign-out.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { PageTitle } from '../shared/page-title.tsx';
import { ActingMenu } from './acting-menu.tsx';
import { Announcements } from './announcements.tsx';
import emblem from './penstock.svg';
import { PersonMenu } from './person-menu.tsx';
import { ViewMenu } from './view-menu.tsx';

/** `right`: who has it is shown the page; who has not may still open its address, and is told. */
const pages = [
  { to: '/overview', label: 'Overview', right: undefined },
  { to: '/notices', label: 'Notices', right: 'quarantine.see' },
  { to: '/messages', label: 'Messages', right: 'record.see' },
  { to: '/thresholds', label: 'Thresholds', right: undefined },
  { to: '/quarantine', label: 'Quarantine', right: undefined },
  { to: '/submissions', label: 'Signed files', right: undefined },
  { to: '/ways', label: 'Ways', right: 'ways.see' },
  { to: '/streams', label: 'Streams', right: undefined },
  { to: '/devices', label: 'Devices', right: 'devices.see' },
  { to: '/erratic-devices', label: 'Erratic devices', right: 'titles.see' },
  { to: '/audit-trail', label: 'Audit trail', right: 'switches.see' },
  { to: '/reports', label: 'Reports', right: 'devices.see' },
  { to: '/questions', label: 'Questions', right: 'questions.see' },
  { to: '/changes', label: 'Changes', right: 'changes.see' },
  { to: '/incidents', label: 'Incidents', right: undefined },
  { to: '/status', label: 'Status', right: 'status.see' },
  { to: '/people', label: 'People', right: 'people.see' },
  { to: '/certificates', label: 'Certificates', right: 'certificates.see' },
  { to: '/directory', label: 'Parties', right: 'directory.see' },
] as const;
/** To the ready people of the demonstration only. */
const demonstrationPage = { to: '/demonstration', label: 'Demonstration', right: undefined } as const;

/** Pages for whoever is not signed in: where links lead, and where an organisation's sign-in leads back to. */
const OPEN_TO_ALL = /^\/(invitation$|sign-in\/)/;

export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return OPEN_TO_ALL.test(path) ? <Outlet /> : <KnownShell />;
}

/** What stands around every page: whoever is not signed in, or has not said for whom, meets that question instead. */
function KnownShell() {
  const { for: wanted } = useSearch({ from: '__root__' });
  const me = useQuery(meQuery(wanted));

  if (me.data !== undefined) {
    const { acting } = me.data;
    const session = { me: me.data, acting: acting.kind === 'operator' ? 'operator' : (acting.userIds[0] ?? '') };
    return <SignedInShell session={session} />;
  }
  if (me.isPending) return <Starting />;
  if (isSignedOut(me.error) || needsSecondFactor(me.error)) return <SignInPage onDone={() => void me.refetch()} />;
  const choices = choicesOf(me.error);
  if (choices !== undefined) return <ChoosePage choices={choices} />;
  return (
    <Stack component="main" p="xl" maw={680} mx="auto">
      <PageTitle title="Not opened" />
      <Title order={1}>Penstock could not be opened</Title>
      <FailureSummary words={wordsOf(me.error)} onRetry={() => void me.refetch()} />
      {wanted === undefined ? null : (
        <Anchor renderRoot={(props) => <Link to="/" search={{ for: undefined }} {...props} />}>
          Choose for whom you act
        </Anchor>
      )}
      <Group>
        <SignOutButton />
      </Group>
    </Stack>
  );
}

function needsSecondFactor(error: unknown): boolean {
  return error instanceof CallFailed && error.problem.code === 'access.second-factor-needed';
}

function Starting() {
  return (
    <Group component="main" justify="center" mt="20vh" role="status">
      <Loader aria-hidden />
      <Text>Opening Penstock ...</Text>
    </Group>
  );
}

function SignedInShell({ session }: { session: Session }) {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);
  useEffect(() => {
    if (shownPath.current === path) return;
    // a new page begins at its head, for the eye and for whoever listens; the first page leaves the focus alone
    shownPath.current = path;
    close();
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [path, close]);
  return (
    <SessionContext value={session}>
      <Live acting={session.acting}>
        <a href="#main" className="penstock-skip">
          Skip to the page
        </a>
        <AppShell
          header={{ height: { base: 100, xs: 58 } }}
          navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
          padding={{ base: 'sm', sm: 'lg' }}
          transitionDuration={120}
        >
          <AppShell.Header className="penstock-head">
            <div className="penstock-head-bar">
              <Group gap="xs" wrap="nowrap" mr="auto">
                <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
                <img src={emblem} alt="" width={28} height={28} />
                <Text fw={680} size="lg" className="penstock-head-name">
                  Penstock
                </Text>
              </Group>
              <LiveMark />
              <ActingMenu />
              <ViewMenu />
              <PersonMenu />
            </div>
          </AppShell.Header>
          <AppShell.Navbar p="xs" className="penstock-rail" aria-label="Pages">
            {(session.me.isDemonstration ? [...pages, demonstrationPage] : pages).map(({ to, label, right }) =>
              right !== undefined && !session.me.permissions.includes(right) ? null : (
                <NavLink
                  key={to}
                  label={label}
                  active={path.startsWith(to)}
                  rightSection={to === '/notices' && session.acting !== 'operator' ? <UnreadMark /> : undefined}
                  renderRoot={(props) => <Link to={to} search={(search) => ({ for: search.for })} {...props} />}
                />
              ),
            )}
          </AppShell.Navbar>
          <AppShell.Main id="main" ref={main} tabIndex={-1} className="penstock-main">
            <Announcements />
            {/* keyed by whom one acts for: nothing of one User stays on the page of another */}
            <Outlet key={session.acting} />
          </AppShell.Main>
        </AppShell>
        <SessionEndedDialog session={session} />
      </Live>
    </SessionContext>
  );
}
