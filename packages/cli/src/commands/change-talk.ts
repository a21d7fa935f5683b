import { readFileSync } from 'node:fs';
import type {
  CommentDocument,
  Consultation,
  MediationDocument,
  MediationMessage,
  MediationThread,
  PenstockClient,
} from '@penstock/api';
import { type Command, Option } from 'commander';
import { exitCode, LocalFailure, localCommand, runLocally } from '../local-failure.ts';
import { askServer, asksServer, printTable, type ServerOptions, tell, userOf } from '../server.ts';
import { partsOf } from './change-words.ts';

// What is said about changes by `penstock change`: a consultation with its comments, who joins testing, the mediation of a clash.

const of = (name: string, description: string) => asksServer(localCommand(name).description(description));
const ofChange = (name: string, description: string) => of(name, description).argument('<change>', 'which');
const ofMediation = (name: string, description: string) =>
  of(name, description).argument('<mediation>', 'which, as `mediations` lists it');
const WORDS = 'what; - for standard input';

const wordsOf = (given: string): string => (given === '-' ? readFileSync(process.stdin.fd, 'utf8') : given);
const indented = (words: string): string[] => words.split('\n').map((line) => `  ${line}`);
const byWhom = (by: string | undefined): string => (by === undefined ? '' : `, by ${by}`);

function consultationLines({ words, asks, testing }: Consultation): string[] {
  const { isOffered, words: offered, joining } = testing;
  return [
    words,
    ...(asks === undefined ? [] : ['asked:', ...indented(asks)]),
    ...(offered === undefined ? [] : [`testing, ${isOffered ? 'which may be joined' : 'over'}:`, ...indented(offered)]),
    ...joining.flatMap(({ party, userId, at, words: said, by }) => [
      `joins testing: ${party} (${userId}), ${partsOf(at)}${byWhom(by)}`,
      ...(said === undefined ? [] : indented(said)),
    ]),
  ];
}

function commentLines({
  comment,
  writer,
  isYours,
  at,
  by,
  version,
  sharing,
  words,
  answer,
}: CommentDocument): string[] {
  const whose = isYours ? 'yours' : writer.party;
  const seenBy = sharing === 'everybody' ? 'seen by everybody who is consulted' : 'seen by the Operator';
  return [
    `${comment}: ${whose}, ${partsOf(at)}${byWhom(by)}, on version ${version}, ${seenBy}`,
    ...indented(words),
    ...(answer === undefined
      ? []
      : [`  answered ${partsOf(answer.at)}:`, ...indented(answer.words).map((one) => `  ${one}`)]),
  ];
}

interface ConsultOptions extends ServerOptions {
  readonly join?: string | true;
  readonly leave?: boolean;
}

async function consult(change: string, options: ConsultOptions): Promise<number> {
  const { join, leave } = options;
  if (join !== undefined && leave) {
    throw new LocalFailure(exitCode.usage, '--join and --leave are opposites', 'Give one of them.');
  }
  return askServer(options, async ({ changes }) => {
    if (join !== undefined || leave) {
      const said = typeof join === 'string' ? { words: join } : {};
      await changes.joinTesting(change, { joins: join !== undefined, ...said, ...userOf(options) });
    }
    return tell(options, await changes.consultation(change), consultationLines);
  });
}

async function comments(change: string, options: ServerOptions): Promise<number> {
  return askServer(options, async (client) => {
    const items: CommentDocument[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await client.changes.comments(change, { limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      items.push(...page.items);
      cursor = page.cursor;
    }
    return tell(options, { items }, () =>
      items.length === 0 ? ['There are no comments.'] : items.flatMap(commentLines),
    );
  });
}

function consultationCommands(): Command[] {
  return [
    ofChange('consult', 'whether comments are taken, what is asked, and who joins testing')
      .option('--join [words]', 'say that you join testing: whom to ask, with which systems, when')
      .option('--leave', 'say that you do not join testing after all')
      .action((change: string, options: ConsultOptions) => runLocally(() => consult(change, options))),
    ofChange('comments', 'the comments on it that you may see, with their answers').action(
      (change: string, options: ServerOptions) => runLocally(() => comments(change, options)),
    ),
    ofChange('comment', 'comment on it while it is consulted on')
      .argument('<words>', WORDS)
      .addOption(
        new Option('--for <readers>', 'who sees it besides you: the Operator, or everybody who is consulted')
          .choices(['operator', 'everybody'])
          .default('operator'),
      )
      .action((change: string, words: string, options: ServerOptions & { readonly for: CommentDocument['sharing'] }) =>
        runLocally(() =>
          askServer(options, async ({ changes }) => {
            const said = { words: wordsOf(words), sharing: options.for, ...userOf(options) };
            return tell(options, await changes.comment(change, said), ({ comment }) => [`${comment}: commented`]);
          }),
        ),
      ),
    ofChange('answer', 'answer a comment, as the Operator')
      .argument('<comment>', 'which, as `comments` lists it')
      .argument('<words>', WORDS)
      .action((change: string, comment: string, words: string, options: ServerOptions) =>
        runLocally(() =>
          askServer(options, async ({ changes }) =>
            tell(options, await changes.answerComment(change, comment, { words: wordsOf(words) }), () => [
              `${comment}: answered`,
            ]),
          ),
        ),
      ),
  ];
}

const titlesOf = (mediation: MediationDocument): string =>
  mediation.side === 'party' ? mediation.title : mediation.changes.map(({ title }) => title).join(' / ');

function writerOf(mediation: MediationDocument, { from, party, by }: MediationMessage): string {
  const named = by === undefined ? '' : ` (${by})`;
  if (from === 'you') return `you${named}`;
  if (from === 'operator') return `the Operator${named}`;
  if (from === 'other') return party === undefined ? 'the other side' : `the other side, ${party}`;
  return `${partyOf(mediation, from)}${named}`;
}
const partyOf = (mediation: MediationDocument, side: 'first' | 'second'): string =>
  (mediation.side === 'operator' ? mediation.changes[side === 'first' ? 0 : 1]?.owner.party : undefined) ?? side;

function readersOf(mediation: MediationDocument, { from, shownTo, isNamed }: MediationMessage): string {
  if (from === 'other' || shownTo === undefined) return '';
  if (shownTo === 'first' || shownTo === 'second') return `, to ${partyOf(mediation, shownTo)} alone`;
  if (shownTo === 'both') return ', to both sides';
  if (shownTo === 'other') return `, to the other side, too, ${isNamed === true ? 'with the name' : 'without a name'}`;
  return from === 'operator' ? ', to you alone' : ', to the Operator alone';
}

function threadLines({ mediation, messages }: MediationThread): string[] {
  const { state, openedAt, closedAt, outcome, reasons } = mediation;
  const sides =
    mediation.side === 'party'
      ? [`your change: ${mediation.title} (${mediation.change})`]
      : mediation.changes.map(
          ({ change, title, owner, isSuspended }, place) =>
            `${place === 0 ? 'first' : 'second'}: ${title} (${change}) of ${owner.party}${isSuspended ? ', suspended' : ''}`,
        );
  return [
    `${mediation.mediation}: ${state}, opened ${partsOf(openedAt)}${closedAt === undefined ? '' : `, closed ${partsOf(closedAt)}`}`,
    ...sides,
    `clash on: ${reasons.map(({ dimension, value }) => `${dimension.replaceAll('_', ' ')} ${value}`).join(', ')}`,
    ...messages.flatMap((message) => [
      `${message.number}. ${writerOf(mediation, message)}, ${partsOf(message.at)}${readersOf(mediation, message)}`,
      ...indented(message.words),
    ]),
    ...(outcome === undefined ? [] : ['outcome:', ...indented(outcome)]),
  ];
}

interface MediationsOptions extends ServerOptions {
  readonly state?: 'open' | 'closed';
}
const LISTED = 100;

async function mediations(change: string | undefined, options: MediationsOptions): Promise<number> {
  const { state } = options;
  return askServer(options, async (client) => {
    const page = await client.changes.mediations({ change, state, limit: LISTED });
    if (options.json) return tell(options, page, () => []);
    const rows = page.items.map((one) => [one.mediation, one.state, partsOf(one.openedAt), titlesOf(one)]);
    printTable(['mediation', 'state', 'opened', 'changes'], rows);
    if (page.cursor !== undefined) console.error('There are more: narrow the question.');
    return 0;
  });
}

interface ReplyOptions extends ServerOptions {
  readonly for?: MediationMessage['shownTo'];
  readonly named?: boolean;
}

/** What is done with a mediation, and how it stands then. */
const mediating = (options: ServerOptions, ask: (client: PenstockClient) => Promise<MediationThread>) =>
  runLocally(() => askServer(options, async (client) => tell(options, await ask(client), threadLines)));

function mediationCommands(): Command[] {
  return [
    of('mediations', 'mediations of clashes, the newest first: your own, to the Operator all')
      .argument('[change]', 'only those of this change')
      .addOption(new Option('--state <state>', 'in this state').choices(['open', 'closed']))
      .action((change: string | undefined, options: MediationsOptions) =>
        runLocally(() => mediations(change, options)),
      ),
    ofMediation('mediation', 'one, with its messages as you may read them').action(
      (mediation: string, options: ServerOptions) => mediating(options, ({ changes }) => changes.mediation(mediation)),
    ),
    ofChange('mediate', 'open the mediation of a clash between changes of two Users, as the Operator')
      .argument('<other>', 'the change that it clashes with')
      .argument('<words>', 'the first message, to both; - for standard input')
      .action((change: string, other: string, words: string, options: ServerOptions) =>
        mediating(options, ({ changes }) => changes.openMediation({ changes: [change, other], words: wordsOf(words) })),
      ),
    ofMediation('reply', 'write a message in a mediation')
      .argument('<words>', WORDS)
      .addOption(
        new Option(
          '--for <readers>',
          'who reads it: of a side `other`, the other side too, or `nobody` but the Operator (without --for); of the Operator `first`, `second`, or `both` (without --for)',
        ).choices(['nobody', 'other', 'both', 'first', 'second']),
      )
      .option('--named', 'with the name of your Party, to the other side, too')
      .action((mediation: string, words: string, options: ReplyOptions) =>
        mediating(options, ({ changes }) =>
          changes.writeInMediation(mediation, {
            words: wordsOf(words),
            shownTo: options.for,
            isNamed: options.named === true,
          }),
        ),
      ),
    ofMediation('settle', 'close a mediation, as the Operator')
      .argument('<outcome>', 'what came of it, which both sides read; - for standard input')
      .action((mediation: string, outcome: string, options: ServerOptions) =>
        mediating(options, ({ changes }) => changes.closeMediation(mediation, { outcome: wordsOf(outcome) })),
      ),
  ];
}

/** The subcommands by which people talk about changes. */
export const talkCommands = (): Command[] => [...consultationCommands(), ...mediationCommands()];
