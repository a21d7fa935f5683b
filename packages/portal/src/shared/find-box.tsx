import { Button, Group, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

/** What a list is narrowed to, from the address; the platform looks for it in the whole list. */
export function useFind(): string | undefined {
  return useSearch({ strict: false, select: ({ find }: { find?: string | undefined }) => find });
}

/** Finds in a list what contains a text; `by` says where. It counts when it is asked for, and then stands in the address. */
export function FindBox({ label, by }: { label: string; by: string }) {
  const find = useFind() ?? '';
  return <Box key={find} label={label} by={by} find={find} />;
}

function Box({ label, by, find }: { label: string; by: string; find: string }) {
  const [text, setText] = useState(find);
  const navigate = useNavigate();
  const show = (wanted: string) =>
    void navigate({ to: '.', search: (search) => ({ ...search, find: wanted === '' ? undefined : wanted }) });
  function submit(event: FormEvent) {
    event.preventDefault();
    show(text.trim());
  }
  return (
    <search className="penstock-find">
      <form onSubmit={submit}>
        <Group gap="xs" align="flex-end">
          <TextInput
            flex="1 1 240px"
            label={label}
            description={by}
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            Find
          </Button>
          {find === '' ? null : (
            <Button variant="subtle" onClick={() => show('')}>
              Show all
            </Button>
          )}
        </Group>
      </form>
    </search>
  );
}
