import { Checkbox, Radio, Stack } from '@mantine/core';
import { changedSchema, type OfficerPolicy } from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import type { Signer } from './signers.ts';

/** Changes the rule of a User ID: whether two officers sign, and who is one of them. */
export function PolicyDialog(props: {
  userId: string;
  policy: OfficerPolicy;
  signers: readonly Signer[];
  onClose: () => void;
}) {
  const { userId, policy, signers, onClose } = props;
  const [needs, setNeeds] = useState(policy.secondOfficer);
  const [forRelease, setForRelease] = useState(policy.secondOfficerForRelease === true);
  const [deputies, setDeputies] = useState<string[]>(policy.deputies);
  const changing = useChange(changedSchema, ['officer-policy']);
  // a deputy whose certificate has expired stays one until it is taken away
  const known = [
    ...signers,
    ...policy.deputies
      .filter((email) => !signers.some((one) => one.email === email))
      .map((email) => ({ email, name: email })),
  ];

  const isAsked = needs || forRelease;

  async function submit() {
    const body = { secondOfficer: needs, secondOfficerForRelease: forRelease, deputies: isAsked ? deputies : [] };
    const path = `/user-ids/${userId}/officer-policy`;
    if ((await changing.change(path, { method: 'PUT', body })) !== undefined) onClose();
  }
  const checked = useChecked({}, () => void submit());

  return (
    <FormDialog title={`Who signs for ${userId}`} submit="Save" checked={checked} changing={changing} onClose={onClose}>
      <Radio.Group
        label="What could let through what is held"
        value={needs ? 'two' : 'one'}
        onChange={(value) => setNeeds(value === 'two')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="two" label="Two officers sign it" />
          <Radio
            value="one"
            label="One officer signs it"
            description="Whoever has one officer’s key can then raise a threshold alone."
          />
        </Stack>
      </Radio.Group>
      <Checkbox
        label="Two officers sign the release of held messages"
        description="Held messages then wait longer: both must be there when it is urgent."
        checked={forRelease}
        onChange={(event) => setForRelease(event.currentTarget.checked)}
      />
      {isAsked ? (
        <Checkbox.Group
          label="Deputies"
          description="One of the two is one of these. Nobody chosen: any two officers."
          value={deputies}
          onChange={setDeputies}
        >
          <Stack gap="xs" mt="xs">
            {known.map(({ email, name }) => (
              <Checkbox key={email} value={email} label={name === email ? email : `${name}, ${email}`} />
            ))}
          </Stack>
        </Checkbox.Group>
      ) : null}
    </FormDialog>
  );
}
