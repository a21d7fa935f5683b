import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type Consultation, changedSchema, type WholeChange } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { byWhom } from './talk-words.ts';

type Testing = Consultation['testing'];

/** The chance to join testing: to the Operator who wants to, to a User what it said itself. */
export function JoinTesting({ change, testing }: { change: WholeChange; testing: Testing }) {
  const { me } = useSession();
  const [isJoining, setIsJoining] = useState(false);
  const leaving = useChange(changedSchema, ['change-consultation']);
  const { isOffered, words, joining } = testing;
  if (words === undefined && joining.length === 0) return null;
  const may = isOffered && me.acting.kind === 'user' && me.permissions.includes('changes.change');
  const isIn = joining.length > 0;
  const path = `/changes/${change.change}/testing`;
  return (
    <Panel title="Testing">
      <Stack gap="sm">
        {words === undefined ? null : <Text className="penstock-written">{words}</Text>}
        {joining.length === 0 ? (
          <Text c="dimmed">{change.isYours ? 'Nobody has asked to join yet.' : 'You have not asked to join.'}</Text>
        ) : (
          <Stack component="ul" gap="xs" className="penstock-notices" aria-label="Who joins testing">
            {joining.map((each) => (
              <li key={each.userId}>
                <Group gap="sm">
                  <Text fw={650}>
                    {each.party}
                    {byWhom(each.by)}
                  </Text>
                  <span className="penstock-identifier">{each.userId}</span>
                  <When at={each.at} inline />
                </Group>
                {each.words === undefined ? null : <Text className="penstock-written">{each.words}</Text>}
              </li>
            ))}
          </Stack>
        )}
        {leaving.summary}
        {may ? (
          <div>
            {isIn ? (
              <Button
                variant="default"
                loading={leaving.isPending}
                onClick={() => void leaving.change(path, { method: 'POST', body: { joins: false } })}
              >
                Do not join after all
              </Button>
            ) : (
              <Button onClick={() => setIsJoining(true)}>Ask to join testing</Button>
            )}
          </div>
        ) : null}
        {isOffered ? null : (
          <Text size="sm" c="dimmed">
            Joining is not offered now.
          </Text>
        )}
      </Stack>
      {isJoining ? <JoinDialog path={path} onClose={() => setIsJoining(false)} /> : null}
    </Panel>
  );
}

function JoinDialog({ path, onClose }: { path: string; onClose: () => void }) {
  const [words, setWords] = useState('');
  const joining = useChange(changedSchema, ['change-consultation']);
  const checked = useChecked({}, () => void send());
  async function send() {
    const said = words.trim() === '' ? {} : { words };
    if ((await joining.change(path, { method: 'POST', body: { joins: true, ...said } })) !== undefined) onClose();
  }
  return (
    <FormDialog title="Join testing" submit="Ask to join" {...{ checked, onClose }} changing={joining}>
      <Text>The Operator sees that your Party wants to join. Other Users do not.</Text>
      <TextInput
        label="What the Operator should know"
        description="Whom to ask, with which systems, when. You may leave it empty."
        maxLength={1_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
