import { Button, Group, List, Stack, Text } from '@mantine/core';
import { officerPageSchema, officerPolicySchema } from '@penstock/api/schemas';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Caller } from '../api/call.ts';
import { UserIdSelect } from '../directory/user-select.tsx';
import { useSession } from '../session/me.ts';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Loading, Panel } from '../shared/states.tsx';
import { PolicyDialog } from './policy-dialog.tsx';
import { type Signer, signersOf } from './signers.ts';

/** Of one User ID: certificates of its officers, as many as a page of the API has. */
const MOST_CERTIFICATES = 200;
const topics = { live: { topics: ['officers'] } } as const;

const policyQuery = (caller: Caller, userId: string) =>
  queryOptions({
    queryKey: ['officer-policy', caller, userId],
    queryFn: ({ signal }) => ask(officerPolicySchema, '/officer-policy', { caller, query: { userId }, signal }),
    meta: topics,
  });

const signersQuery = (caller: Caller, userId: string) =>
  queryOptions({
    queryKey: ['officers', 'of-one', caller, userId],
    queryFn: async ({ signal }) => {
      const query = { userId, limit: MOST_CERTIFICATES };
      return signersOf((await ask(officerPageSchema, '/officers', { caller, query, signal })).items, Date.now());
    },
    meta: topics,
  });

/** Who signs the files of a User ID, and whether and by whom a second signature is asked for. */
export function OfficerPolicyView() {
  const { me } = useSession();
  const { user } = useSearch({ from: '/certificates' });
  const navigate = useNavigate({ from: '/certificates' });
  const isOperator = me.acting.kind === 'operator';
  const userId = me.acting.kind === 'operator' ? user : me.acting.userIds[0];
  return (
    <Stack gap="md" maw={760}>
      {isOperator ? (
        <UserIdSelect
          id="policy-user"
          error={undefined}
          value={user ?? null}
          onChange={(chosen) =>
            void navigate({ search: (before) => ({ ...before, user: chosen ?? undefined }), replace: true })
          }
        />
      ) : null}
      {userId === undefined ? (
        <Empty title="Choose a User ID.">Each has its own officers and its own rule.</Empty>
      ) : (
        <Policy key={userId} userId={userId} />
      )}
    </Stack>
  );
}

function Policy({ userId }: { userId: string }) {
  const { me, acting } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const policy = useQuery(policyQuery({ acting }, userId));
  const signers = useQuery(signersQuery({ acting }, userId));
  const mayChange = me.permissions.includes('officers.change');
  if (policy.isPending || signers.isPending) return <Loading what="who signs" />;
  const failed = policy.isError ? policy : signers.isError ? signers : undefined;
  if (policy.data === undefined || signers.data === undefined) {
    const retry = () => void Promise.all([policy.refetch(), signers.refetch()]);
    return <FailureSummary words={wordsOf(failed?.error)} onRetry={retry} />;
  }
  const { secondOfficer, secondOfficerForRelease, deputies } = policy.data;
  const isAsked = secondOfficer || secondOfficerForRelease === true;
  const named = deputies.map((email) => signers.data.find((one) => one.email === email) ?? { email, name: undefined });
  return (
    <>
      <Panel title="Who signs">
        {signers.data.length === 0 ? (
          <Text fw={650}>No officer of this User ID can sign now.</Text>
        ) : (
          <People of={signers.data} />
        )}
        <Text size="sm" c="dimmed" mt="xs">
          Officers with a certificate that is valid now. One signature is enough for what only holds more.
        </Text>
      </Panel>
      <Panel title="Second officer">
        <Text fw={650}>
          {secondOfficer
            ? 'Two officers sign whatever could let through what is held.'
            : secondOfficerForRelease
              ? 'One officer signs changes of thresholds and limits.'
              : 'One officer signs everything.'}
        </Text>
        <Text mt={6}>{secondOfficer ? 'That is:' : 'No second officer is asked for:'}</Text>
        <List size="sm" withPadding>
          <List.Item>a higher threshold, or a shorter period</List.Item>
          <List.Item>an exception from a threshold</List.Item>
          <List.Item>the removal of a threshold or a limit, or a wider limit</List.Item>
        </List>
        <Text mt={6}>
          {secondOfficerForRelease ? 'Two officers sign' : 'One officer signs'} the release of held messages.
        </Text>
        {isAsked && signers.data.length === 1 ? (
          <Text mt="xs" fw={650} role="note">
            Only one officer can sign now: such a file would wait for a second one.
          </Text>
        ) : null}
      </Panel>
      {isAsked ? (
        <Panel title="Deputies">
          {named.length === 0 ? (
            <Text>Nobody is named: any two officers of the User ID can sign together.</Text>
          ) : (
            <>
              <Text>One of the two is one of these:</Text>
              <People of={named} />
            </>
          )}
        </Panel>
      ) : null}
      {mayChange ? (
        <Group>
          <Button onClick={() => setIsOpen(true)}>Change the rule</Button>
        </Group>
      ) : (
        <Text c="dimmed">The Operator changes the rule, when an administrator of the User asks for it.</Text>
      )}
      {isOpen ? (
        <PolicyDialog userId={userId} policy={policy.data} signers={signers.data} onClose={() => setIsOpen(false)} />
      ) : null}
    </>
  );
}

function People({ of }: { of: readonly (Signer | { readonly email: string; readonly name: undefined })[] }) {
  return (
    <List withPadding>
      {of.map(({ email, name }) => (
        <List.Item key={email}>
          {name === undefined ? null : <b>{name}</b>} <span className="penstock-address">{email}</span>
          {name === undefined ? ' (cannot sign now)' : ''}
        </List.Item>
      ))}
    </List>
  );
}
