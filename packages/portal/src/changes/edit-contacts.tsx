import { Button, Group, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { Checked } from '../shared/form.tsx';
import type { ContactForm } from './form.ts';

const MOST = 10;

/** Whom to ask. */
export function EditContacts(props: {
  contacts: readonly ContactForm[];
  checked: Checked<string>;
  onChange: (contacts: readonly ContactForm[]) => void;
}) {
  const { contacts, checked, onChange } = props;
  const put = (key: number, part: Partial<ContactForm>) =>
    onChange(contacts.map((contact) => (contact.key === key ? { ...contact, ...part } : contact)));
  const add = () =>
    onChange([
      ...contacts,
      { key: Math.max(-1, ...contacts.map(({ key }) => key)) + 1, name: '', email: '', telephone: '' },
    ]);
  return (
    <Stack gap="sm">
      {contacts.map((contact, index) => {
        const field = (name: 'name' | 'email' | 'telephone', words: string) => ({
          ...checked.field(`contacts.${index}.${name}`),
          label: words,
          value: contact[name],
          maxLength: 200,
          onChange: (event: { currentTarget: { value: string } }) =>
            put(contact.key, { [name]: event.currentTarget.value }),
        });
        return (
          <div key={contact.key}>
            <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
              <TextInput {...field('name', 'Whom to ask')} />
              <TextInput {...field('email', 'E-mail')} />
              <TextInput {...field('telephone', 'Telephone')} />
            </SimpleGrid>
            <Button
              mt={6}
              size="compact-sm"
              variant="default"
              onClick={() => onChange(contacts.filter(({ key }) => key !== contact.key))}
            >
              Take {contact.name.trim() === '' ? 'the line' : contact.name} out
            </Button>
          </div>
        );
      })}
      {contacts.length < MOST ? (
        <Group>
          <Button variant="default" onClick={add}>
            Add whom to ask
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}
