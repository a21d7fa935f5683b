import { Button, TextInput } from '@mantine/core';
import { linkSchema, type MadeLink, type PersonRole } from '@penstock/api/schemas';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { useChange } from '../shared/changing.tsx';
import { Dialog } from '../shared/dialog.tsx';
import { emailFault, missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { LinkOnce } from './link-once.tsx';
import { ActingSelect, RoleSelect } from './role-select.tsx';

interface Form {
  readonly email: string;
  readonly name: string;
  readonly acting: string;
  readonly role: PersonRole | null;
}

/** Asks whom to invite, and shows the link. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { acting } = useSession();
  const [form, setForm] = useState<Form>({ email: '', name: '', acting, role: null });
  const [link, setLink] = useState<MadeLink>();
  const inviting = useChange(linkSchema, ['people', 'invitations', 'approvals']);
  const put = (part: Partial<Form>) => setForm((before) => ({ ...before, ...part }));

  async function submit() {
    const body = { ...form, email: form.email.trim(), name: form.name.trim() };
    const made = await inviting.change('/people/invitations', { method: 'POST', body });
    if (made !== undefined) setLink(made);
  }
  const checked = useChecked(
    {
      email: emailFault(form.email),
      name: missing(form.name, 'Enter the name of the person.'),
      role: missing(form.role, 'Choose a role.'),
    },
    () => void submit(),
  );

  if (link !== undefined) return <LinkDialog title="Invited" {...link} email={form.email} onClose={onClose} />;
  return (
    <FormDialog title="Invite somebody" submit="Make the link" checked={checked} changing={inviting} onClose={onClose}>
      <TextInput
        {...checked.field('email')}
        label="E-mail address"
        type="email"
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        value={form.email}
        onChange={(event) => put({ email: event.currentTarget.value })}
      />
      <TextInput
        {...checked.field('name')}
        label="Name"
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        value={form.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <ActingSelect value={form.acting} onChange={(chosen) => put({ acting: chosen, role: null })} />
      <RoleSelect
        {...checked.field('role')}
        acting={form.acting}
        value={form.role}
        onChange={(role) => put({ role })}
      />
    </FormDialog>
  );
}

export function LinkDialog(props: {
  title: string;
  link: string;
  expiresAt: string;
  awaitsApproval?: boolean | undefined;
  email: string;
  onClose: () => void;
}) {
  return (
    <Dialog title={props.title} size="lg" isForm onClose={props.onClose}>
      <LinkOnce {...props} />
      <div>
        <Button variant="default" onClick={props.onClose}>
          I have handed it over
        </Button>
      </div>
    </Dialog>
  );
}
