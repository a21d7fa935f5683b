/** For tests only: requests whose bodies hold values, made of plain text. */
import { catalogue } from '../catalogue/catalogue.ts';
import type { DuisRequest } from '../read.ts';
import { formatDecimal } from '../values/decimal.ts';
import type { AttributeValue } from '../values/read-values.ts';
import { DEVICE, readRequest, USER } from './example-messages.ts';

/** A request of this SRV and Command Variant; the body is written without prefixes. */
export function requestOf(srv: string, body: string, commandVariant = 4): DuisRequest {
  return readRequest(
    `<Request xmlns="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4"><Header>` +
      `<RequestID>${USER}:${DEVICE}:1</RequestID><CommandVariant>${commandVariant}</CommandVariant>` +
      `<ServiceReference>${catalogue.get(srv)?.serviceReference}</ServiceReference>` +
      `<ServiceReferenceVariant>${srv}</ServiceReferenceVariant></Header><Body>${body}</Body></Request>`,
  );
}

/** 'path below the body = number', or what hinders. */
export const shown = ({ where, value, unreadable }: AttributeValue): string =>
  `${where.slice(where.indexOf('.') + 1)} = ${value === undefined ? unreadable : formatDecimal(value)}`;
