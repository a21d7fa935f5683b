import { Text, Title } from '@mantine/core';
import type { SubmissionLife, Way } from '@penstock/api/schemas';
import { When } from '../shared/when.tsx';
import { count } from '../thresholds/words.ts';
import { stateWords } from './states.tsx';

type Step = SubmissionLife['steps'][number];

const marks: Readonly<Partial<Record<Step['state'], string>>> = {
  awaiting_second_officer: ' penstock-step-waiting',
  needs_operator: ' penstock-step-waiting',
  refused: ' penstock-step-stopped',
  withdrawn: ' penstock-step-stopped',
};

const wayWords: Readonly<Record<Way, string>> = {
  https: 'by HTTPS',
  sftp: 'by SFTP',
  email: 'by e-mail',
  sharepoint: 'by SharePoint',
};

/** Everything that happened to a file, the beginning first. */
export function FileSteps({ file }: { file: SubmissionLife }) {
  const { steps, deliveries, deliveryCount } = file;
  return (
    <section aria-labelledby="file-steps">
      <Title order={2} size="h4" mb="sm" id="file-steps">
        Its life
      </Title>
      <ol className="penstock-steps">
        {steps.map((step) => (
          <li key={step.at} className={`penstock-step${marks[step.state] ?? ''}`}>
            <Text fw={650}>{stateWords[step.state]}</Text>
            <Text size="sm">
              <When at={step.at} inline />
              {step.by === undefined ? '' : `, ${step.by}`}
            </Text>
            {step.detail === undefined ? null : <Text size="sm">{step.detail}</Text>}
          </li>
        ))}
      </ol>
      <Title order={3} size="h5" mt="lg" mb="xs">
        How it came
      </Title>
      <ul className="penstock-deliveries">
        {deliveries.map(({ way, name, receivedAt, by }) => (
          <li key={receivedAt}>
            <Text size="sm">
              <When at={receivedAt} inline /> {wayWords[way]}
              {name === undefined ? '' : `, as ${name}`}
              {by === undefined ? '' : `, ${by}`}
            </Text>
          </li>
        ))}
      </ul>
      {deliveryCount > deliveries.length ? (
        <Text size="sm" c="dimmed">
          The same file came {count(deliveryCount)} times; the first {count(deliveries.length)} are shown.
        </Text>
      ) : null}
    </section>
  );
}
