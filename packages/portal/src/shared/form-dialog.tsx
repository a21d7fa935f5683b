import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Changing } from './changing.tsx';
import { Dialog } from './dialog.tsx';
import { type Checked, Form } from './form.tsx';

/** A form before the page. What was typed stays while it is open, whatever fails. */
export function FormDialog(props: {
  title: string;
  submit: string;
  checked: Checked<string>;
  changing: Pick<Changing<unknown>, 'isPending' | 'summary'>;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog title={props.title} size="lg" isForm onClose={props.onClose}>
      <Form checked={props.checked} failure={props.changing.summary}>
        {props.children}
        <Group gap="sm">
          <Button type="submit" loading={props.changing.isPending}>
            {props.submit}
          </Button>
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
        </Group>
      </Form>
    </Dialog>
  );
}
