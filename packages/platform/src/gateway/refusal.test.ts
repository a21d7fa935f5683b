import { catalogue, type Eui, requireEui, userRoles } from '@penstock/duis';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceStatuses, type KnownDevice, registrationRoles } from '../devices/devices.ts';
import type { RegisteredCertificate, RoleSpan, User } from '../parties/parties.ts';
import { judgeSigner, judgeTarget, judgeUser } from './refusal.ts';

const user = requireEui('90-B3-D5-1F-30-01-00-00');
const other = requireEui('90-B3-D5-1F-30-02-00-00');
const meter = requireEui('00-DB-12-34-56-78-90-A0');
const from = Date.parse('2026-01-01T00:00:00Z');
const to = Date.parse('2026-02-01T00:00:00Z');

describe('judgeSigner', () => {
  const certificate = (changes: Partial<RegisteredCertificate> = {}): RegisteredCertificate => ({
    userId: user,
    notBefore: from,
    notAfter: to,
    revokedAt: undefined,
    ...changes,
  });

  test('a certificate that is registered, valid and the originator’s: no refusal', () => {
    expect(judgeSigner(certificate(), user, from + 1)).toBeUndefined();
  });

  test('none is registered', () => {
    expect(judgeSigner(undefined, user, from)).toMatchObject({ code: 'gateway.signer-unknown' });
  });

  const instants: [string, number, Partial<RegisteredCertificate>, string?][] = [
    ['a millisecond before notBefore', from - 1, {}, 'not yet valid'],
    ['at notBefore', from, {}],
    ['at notAfter', to, {}],
    ['a millisecond after notAfter', to + 1, {}, 'expired'],
    ['revoked by a clock that is ahead', from + 9, { revokedAt: from + 10 }, 'revoked'],
    ['at its revocation', from + 10, { revokedAt: from + 10 }, 'revoked'],
    ['revoked and expired', to + 1, { revokedAt: from }, 'revoked'],
    ['revoked before it is valid', from - 1, { revokedAt: from - 2 }, 'revoked'],
  ];
  test.each(instants)('%s', (_name, instant, changes, standing) => {
    const refusal = judgeSigner(certificate(changes), user, instant);
    if (standing === undefined) expect(refusal).toBeUndefined();
    else {
      expect(refusal).toMatchObject({
        code: 'gateway.signer-not-valid',
        detail: `the signing certificate is ${standing}`,
      });
    }
  });

  test('somebody else’s: refused with both names, and only when it is valid', () => {
    expect(judgeSigner(certificate(), other, from)).toMatchObject({
      code: 'gateway.signer-not-originator',
      detail: `the signer acts for ${user}, the RequestID names ${other}`,
      where: 'Header/RequestID',
    });
    expect(judgeSigner(certificate(), other, to + 1)).toMatchObject({ code: 'gateway.signer-not-valid' });
  });

  test('none of it has an answer in DUIS: who sent it is not proven', () => {
    const refusals = [judgeSigner(undefined, user, from), judgeSigner(certificate(), other, from)];
    for (const refusal of refusals) expect(refusal?.responseCode).toBeUndefined();
  });
});

describe('judgeUser', () => {
  const span = (role: RoleSpan['role'], validFrom = -Infinity, validTo = Infinity): RoleSpan => ({
    role,
    validFrom,
    validTo,
  });
  const registered = (roles: readonly RoleSpan[], status: User['status'] = 'active'): User => ({
    userId: user,
    partyId: 'P1',
    partyName: 'One',
    status,
    roles,
    delivery: 'pull',
    receiveUrl: undefined,
    risingCounters: true,
    lane: 0,
  });

  test.each([
    ['unknown', undefined],
    ['suspended', registered([span('IS')], 'suspended')],
  ])('%s: E3', (_name, one) => {
    expect(judgeUser(one, '4.1.1', 1, from)).toMatchObject({ code: 'gateway.user-suspended', responseCode: 'E3' });
  });

  test.each([
    ['never had one', []],
    ['one that is over at this very instant', [span('IS', -Infinity, from)]],
    ['one that begins a millisecond later', [span('IS', from + 1)]],
    ['only that of the Operator', [span('OPERATOR')]],
  ])('no User Role, %s: E1', (_name, roles) => {
    expect(judgeUser(registered(roles), '4.1.1', 1, from)).toMatchObject({
      code: 'gateway.no-role',
      responseCode: 'E1',
    });
  });

  test('a role counts from its first instant on, to the last one before its end', () => {
    const one = registered([span('IS', from, to)]);
    expect(judgeUser(one, '4.1.1', 1, from)).toEqual({ roles: ['IS'] });
    expect(judgeUser(one, '4.1.1', 1, to - 1)).toEqual({ roles: ['IS'] });
    expect(judgeUser(one, '4.1.1', 1, to)).toMatchObject({ responseCode: 'E1' });
  });

  test('a role that may not send it: E2, which says who may and what the User is', () => {
    expect(judgeUser(registered([span('GS')]), '4.2', 1, from)).toMatchObject({
      code: 'gateway.role-not-eligible',
      responseCode: 'E2',
      detail: `4.2 may be sent by ${catalogue.get('4.2')?.roles.join(', ')}, the User is GS`,
      where: 'Header/ServiceReferenceVariant',
    });
  });

  test('of several roles those that may send it are left', () => {
    const roles = [span('GS'), span('ES'), span('IS', -Infinity, from)];
    expect(judgeUser(registered(roles), '4.2', 1, from)).toEqual({ roles: ['ES'] });
  });

  test('the CoS Party sends 6.23, and nothing else', () => {
    const cos = registered([span('COS')]);
    const may = [...catalogue.keys()].filter((srv) => 'roles' in judgeUser(cos, srv, 1, from));
    expect(may).toEqual(['6.23']);
    expect(judgeUser(cos, '6.23', 4, from)).toMatchObject({ responseCode: 'E2' });
  });

  test('every service and role, by the catalogue; a Command Variant of another kind never', () => {
    for (const { srv, roles, commandVariants } of catalogue.values()) {
      for (const role of userRoles) {
        const one = registered([span(role)]);
        for (let commandVariant = 1; commandVariant <= 9; commandVariant++) {
          const may = roles.includes(role) && commandVariants.includes(commandVariant);
          const judged = judgeUser(one, srv, commandVariant, from);
          expect([srv, role, commandVariant, 'roles' in judged]).toEqual([srv, role, commandVariant, may]);
        }
      }
    }
  });
});

describe('judgeTarget', () => {
  const device = (changes: Partial<KnownDevice> = {}): KnownDevice => ({
    kind: 'ESME',
    isSmets1: false,
    status: 'Commissioned',
    home: undefined,
    responsible: [{ role: 'IS', userId: user, validFrom: from, validTo: to }],
    ...changes,
  });
  const judge = (one: KnownDevice | undefined, roles = ['IS'] as const, instant = from, userId: Eui = user) =>
    judgeTarget(one, meter, userId, roles, '4.1.1', instant);

  test('there is no such device: E19', () => {
    expect(judge(undefined)).toEqual({
      code: 'gateway.device-unknown',
      responseCode: 'E19',
      detail: `there is no device ${meter}`,
      where: 'Header/RequestID',
    });
  });

  const instants: [string, number, string | undefined][] = [
    ['a millisecond before it begins', from - 1, 'E4'],
    ['at its first instant', from, undefined],
    ['a millisecond before its end', to - 1, undefined],
    ['at its end', to, 'E4'],
  ];
  test.each(instants)('responsibility, %s', (_name, instant, responseCode) => {
    expect(judge(device(), ['IS'], instant)?.responseCode).toBe(responseCode);
  });

  test('another User’s, or the User’s own in another role: E4', () => {
    expect(judge(device(), ['IS'], from, other)).toMatchObject({ code: 'gateway.device-not-responsible' });
    const exporting = device({ responsible: [{ role: 'ES', userId: user, validFrom: from, validTo: to }] });
    expect(judge(exporting)).toMatchObject({
      responseCode: 'E4',
      detail: `the User is not responsible for ${meter} now as IS`,
    });
    expect(judgeTarget(exporting, meter, user, ['IS', 'ES'], '4.1.1', from)).toBeUndefined();
  });

  test('an Other User needs no responsibility, and no other role is let off it', () => {
    const nobodys = device({ responsible: [] });
    expect(judgeTarget(nobodys, meter, user, ['OU'], '4.1.1', from)).toBeUndefined();
    for (const role of registrationRoles) {
      expect(judgeTarget(nobodys, meter, user, [role], '4.1.1', from)?.responseCode).toBe('E4');
    }
  });

  test('a status in which the device does not take it: E5, after responsibility', () => {
    const withdrawn = device({ status: 'Withdrawn' });
    expect(judge(withdrawn)).toMatchObject({
      code: 'gateway.device-status',
      responseCode: 'E5',
      detail: `${meter} is Withdrawn and does not take 4.1.1`,
    });
    // who is not responsible learns nothing about the device
    expect(judge(withdrawn, ['IS'], from, other)?.responseCode).toBe('E4');
  });

  test('nothing passes without a span of the User, in the role, over the instant', () => {
    const instant = fc.integer({ min: from - 3, max: from + 3 });
    const spans = fc.array(
      fc.record({
        role: fc.constantFrom(...registrationRoles),
        userId: fc.constantFrom(user, other),
        validFrom: instant,
        validTo: instant,
      }),
      { maxLength: 6 },
    );
    const roles = fc.uniqueArray(fc.constantFrom(...registrationRoles));
    const statuses = fc.constantFrom(...deviceStatuses);
    fc.assert(
      fc.property(spans, roles, statuses, instant, (responsible, asked, status, now) => {
        const isCovered = responsible.some(
          (one) => one.userId === user && asked.includes(one.role) && one.validFrom <= now && now <= one.validTo - 1,
        );
        const judged = judgeTarget(device({ responsible, status }), meter, user, asked, '4.1.1', now);
        expect(judged?.responseCode === 'E4').toBe(!isCovered);
      }),
    );
  });
});
