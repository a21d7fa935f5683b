import { Checkbox, Stack, Table, Text } from '@mantine/core';
import { changedSchema, type NoticeChoice, noticeChoicesSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { kindWords } from '../notices/words.ts';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';

/** Of each kind of notice: whether it counts as unread, and whether a mail says that there is one. */
export function Choices() {
  const { acting } = useSession();
  const choices = useQuery({
    queryKey: ['notice-choices', acting],
    queryFn: ({ signal }) => ask(noticeChoicesSchema, '/notice-choices', { caller: { acting }, signal }),
  });
  // as it was chosen, until it is kept or refused
  const [asked, setAsked] = useState<NoticeChoice>();
  const setting = useChange(changedSchema, ['notice-choices', 'notices']);
  if (choices.isPending) return <Loading what="what you chose" />;
  if (choices.isError) {
    return <FailureSummary words={wordsOf(choices.error)} onRetry={() => void choices.refetch()} />;
  }
  const { items, email, isMailed } = choices.data;
  async function set(choice: NoticeChoice) {
    setAsked(choice);
    await setting.change('/notice-choices', { method: 'PUT', body: choice });
    setAsked(undefined);
  }
  const shown = items.map((choice) => (asked?.kind === choice.kind ? asked : choice));
  return (
    <Stack gap="sm">
      <Text>
        Every notice is in the list of notices. Here you say which ones count as unread, and of which a mail tells you.
        A mail to {email} says that there is something and where to read it, never what it is; you get one in ten
        minutes at most.
      </Text>
      {isMailed ? null : <Text fw={650}>No mails go out yet: the Operator has not set up a mail server.</Text>}
      {setting.summary}
      <Table.ScrollContainer minWidth={320}>
        <Table verticalSpacing={6} aria-label="How you are told of each kind of notice">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Notice</Table.Th>
              <Table.Th scope="col">Unread in the portal</Table.Th>
              <Table.Th scope="col">By e-mail</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((choice) => (
              <Table.Tr key={choice.kind}>
                <Table.Th scope="row" fw={500}>
                  {kindWords[choice.kind]}
                </Table.Th>
                <Table.Td>
                  <Checkbox
                    aria-label={`${kindWords[choice.kind]}: unread in the portal`}
                    checked={choice.inPortal}
                    disabled={setting.isPending}
                    onChange={(event) => void set({ ...choice, inPortal: event.currentTarget.checked })}
                  />
                </Table.Td>
                <Table.Td>
                  <Checkbox
                    aria-label={`${kindWords[choice.kind]}: by e-mail`}
                    checked={choice.byEmail}
                    disabled={setting.isPending}
                    onChange={(event) => void set({ ...choice, byEmail: event.currentTarget.checked })}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
