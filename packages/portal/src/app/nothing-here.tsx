import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageTitle } from '../shared/page-title.tsx';

export function NothingHere() {
  return (
    <Stack gap="md" maw={620}>
      <PageTitle title="There is nothing at this address" />
      <Title order={1}>There is nothing at this address</Title>
      <Text>If you typed the address, check that it is right. If you followed a link, what it led to may be gone.</Text>
      <Text>
        <Anchor renderRoot={(props) => <Link to="/messages" search={(search) => ({ for: search.for })} {...props} />}>
          Go to the messages
        </Anchor>
      </Text>
    </Stack>
  );
}
