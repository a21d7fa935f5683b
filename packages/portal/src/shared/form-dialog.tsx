import { Button, Group, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import type { Changing } from './changing.tsx';
import { Dialog } from './dialog.tsx';

/** A form before the page. What was typed stays while it is open, whatever fails. */
export function FormDialog(props: {
  title: string;
  submit: string;
  changing: Pick<Changing<unknown>, 'isPending' | 'summary'>;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  function submit(event: FormEvent) {
    event.preventDefault();
    props.onSubmit();
  }
  return (
    <Dialog title={props.title} size="lg" isForm onClose={props.onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {props.changing.summary}
          {props.children}
          <Group gap="sm">
            <Button type="submit" loading={props.changing.isPending}>
              {props.submit}
            </Button>
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
