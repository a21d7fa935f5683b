import { Anchor, Group, Loader, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { FailureSummary } from '../shared/failure.tsx';
import { type AuthFailure, beginEnrolment, type Enrolment, finishAtProvider } from './auth.ts';
import { GatePage } from './gate-page.tsx';
import { goBackToPlace } from './place.ts';
import { SecondStep } from './second-step.tsx';

type State =
  | { readonly name: 'under-way' }
  | { readonly name: 'code'; readonly enrolment: Enrolment | undefined }
  | { readonly name: 'failed'; readonly failure: AuthFailure };

async function finish(provider: string, query: string): Promise<State | undefined> {
  const finished = await finishAtProvider(provider, query);
  if (!finished.ok) return { name: 'failed', failure: finished };
  if (finished.value.needsCode) return { name: 'code', enrolment: undefined };
  const me = await fetch('/api/v1/me/account');
  const problem: unknown = me.ok ? undefined : await me.json().catch(() => undefined);
  const isOneStep =
    typeof problem === 'object' && problem !== null && Reflect.get(problem, 'code') === 'access.second-factor-needed';
  if (!isOneStep) return undefined;
  const enrolment = await beginEnrolment(undefined);
  return enrolment.ok ? { name: 'code', enrolment: enrolment.value } : { name: 'failed', failure: enrolment };
}

/** Where the organisation's sign-in sends the browser back to, with what it says; it is gone from the address at once. */
export function ProviderReturnPage() {
  const { provider } = useParams({ strict: false });
  const [state, setState] = useState<State>({ name: 'under-way' });
  const isBegun = useRef(false);
  useEffect(() => {
    // what came back counts once
    if (isBegun.current) return;
    isBegun.current = true;
    const query = window.location.search.slice(1);
    window.history.replaceState(window.history.state, '', window.location.pathname);
    void finish(provider ?? '', query).then((next) => (next === undefined ? goBackToPlace() : setState(next)));
  }, [provider]);

  return (
    <GatePage title="Sign in with your organisation">
      {state.name === 'under-way' ? (
        <Group role="status" gap="sm">
          <Loader aria-hidden size="sm" /> Signing you in ...
        </Group>
      ) : null}
      {state.name === 'failed' ? (
        <Stack gap="md">
          <FailureSummary words={state.failure} />
          <Anchor href="/">Begin again</Anchor>
        </Stack>
      ) : null}
      {state.name === 'code' ? (
        <SecondStep
          enrolment={state.enrolment}
          onDone={goBackToPlace}
          onStartAgain={() => window.location.assign('/')}
        />
      ) : null}
    </GatePage>
  );
}
