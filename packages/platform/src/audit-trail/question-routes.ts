import {
  answerQuestionSchema,
  askQuestionSchema,
  closeQuestionSchema,
  euiSchema,
  messageLifeQuerySchema,
  type QuestionDocument,
  questionExportQuerySchema,
  questionNamingSchema,
  questionPageSchema,
  questionParametersSchema,
  questionQuerySchema,
  questionSchema,
} from '@penstock/api';
import { requireEui } from '@penstock/duis';
import { z } from 'zod';
import { type CsvColumns, EXPORTED_ROWS, exportPages, fieldColumns, sendCsv } from '../foundation/csv-export.ts';
import { type HttpApp, viewerOf } from '../foundation/http/server.ts';
import { changeQuestion } from './question-changes-store.ts';
import { askQuestion, listQuestions, type QuestionParts, readQuestion } from './questions-store.ts';

const columns: CsvColumns<QuestionDocument> = {
  ...fieldColumns<QuestionDocument>('side', 'question', 'userId', 'state'),
  at: (one) => (one.side === 'asked' ? one.askedAt : one.receivedAt),
  about: (one) => (one.side === 'asked' ? one.device : one.position),
  ...fieldColumns<QuestionDocument>('words', 'answer', 'answeredAt'),
  agreesToBeNamed: ({ agreesToBeNamed }) => (agreesToBeNamed ? 'yes' : 'no'),
  party: ({ named }) => named?.party,
  partyUserId: ({ named }) => named?.userId,
};

/** Questions about titles, from either side. */
export function questionRoutes(parts: QuestionParts): (app: HttpApp) => void {
  return (app) => {
    const list = '/api/v1/questions';
    const toSee = { config: { access: 'questions.see' } } as const;
    const toChange = { config: { access: 'questions.change' } } as const;
    const one = { params: questionParametersSchema, response: { 200: questionSchema } };
    app.post(
      '/api/v1/devices/:device/questions',
      {
        ...toChange,
        schema: {
          params: z.strictObject({ device: euiSchema }),
          body: askQuestionSchema,
          response: { 200: questionSchema },
        },
      },
      (request) => askQuestion(parts, viewerOf(request), requireEui(request.params.device), request.body),
    );
    app.get(
      list,
      { ...toSee, schema: { querystring: questionQuerySchema, response: { 200: questionPageSchema } } },
      (request) => listQuestions(parts, viewerOf(request), request.query),
    );
    app.get(`${list}.csv`, { ...toSee, schema: { querystring: questionExportQuerySchema } }, async (request, reply) => {
      const read = (cursor: string | undefined) =>
        listQuestions(parts, viewerOf(request), { ...request.query, cursor, limit: EXPORTED_ROWS });
      return sendCsv(reply, 'questions.csv', await exportPages(columns, read));
    });
    app.get(`${list}/:question`, { ...toSee, schema: { ...one, querystring: messageLifeQuerySchema } }, (request) =>
      readQuestion(parts, viewerOf(request), { ...request.query, ...request.params }),
    );
    app.post(`${list}/:question/answer`, { ...toChange, schema: { ...one, body: answerQuestionSchema } }, (request) => {
      const { userId, answer, agreesToBeNamed: agrees } = request.body;
      return changeQuestion(parts, viewerOf(request), { userId, ...request.params, action: 'answer', answer, agrees });
    });
    app.post(`${list}/:question/close`, { ...toChange, schema: { ...one, body: closeQuestionSchema } }, (request) =>
      changeQuestion(parts, viewerOf(request), { ...request.body, ...request.params, action: 'close' }),
    );
    app.post(`${list}/:question/naming`, { ...toChange, schema: { ...one, body: questionNamingSchema } }, (request) => {
      const { userId, agreesToBeNamed } = request.body;
      const action = agreesToBeNamed ? 'agree' : 'disagree';
      return changeQuestion(parts, viewerOf(request), { userId, ...request.params, action });
    });
  };
}
