/**
 * The 194 response codes of DUIS 5.4.
 *
 * The schema lists the codes; what they mean is public for few of them. A code without a meaning here is a valid code
 * whose meaning was found in no public source: it is shown as its code, and nothing is guessed.
 *
 * The codes of seven characters follow a pattern, seen in the list and stated nowhere: a letter, the Service
 * Reference in two and two digits, a number (E061501 is the first of 6.15).
 */

/** I is information (done, accepted), W a warning (done, with remarks), E an error. */
export type ResponseClass = 'I' | 'W' | 'E';

export interface ResponseCodeFacts {
  readonly code: string;
  readonly class: ResponseClass;
  /** undefined where no public source says what the code means. */
  readonly meaning: string | undefined;
  /** The Service Reference that the code belongs to, by its pattern; undefined for the general codes. */
  readonly serviceReference: string | undefined;
}

/** Accepted: what an acknowledgement carries. */
export const ACCEPTED = 'I99';
/** Done. */
export const DONE = 'I0';

// E1 to E5 and E11 to E13 are public as two groups (authorisation: role, service, user status, device, device status;
// mismatch: request, device, variant or URL). One code for each is the order in which the groups are named: believed.
const meanings: ReadonlyMap<string, string> = new Map([
  ['I0', 'Done'],
  ['I99', 'Accepted'],
  ['E1', 'Not authorised: the User Role'],
  ['E2', 'Not authorised: the service'],
  ['E3', 'Not authorised: the status of the User'],
  ['E4', 'Not authorised: the device'],
  ['E5', 'Not authorised: the status of the device'],
  ['E11', 'Mismatch of the request'],
  ['E12', 'Mismatch of the device'],
  ['E13', 'Mismatch of the Command Variant or the URL'],
  ['E17', 'Local command'],
  ['E19', 'The device is unknown'],
  ['E20', 'Cannot communicate with the device'],
  ['E21', 'No answer from the device'],
]);

const list = `
I0 I99
E1 E2 E3 E4 E5 E11 E12 E13 E17 E19 E20 E21 E30 E31 E40 E41 E42 E43 E44 E45 E46 E47 E48 E49 E50 E51 E52 E53 E54
E55 E56 E57 E58 E59 E60 E61 E62 E63 E64 E65 E66 E67 E68 E69 E70 E71 E100 E1000 E1001 E1003 E1004 E1006 E1007
E1008 E1010 E1011
E010101 E010102 E010201
E030301 E030302
E040101 E041701
E050101 E050102 E050103 E050105 E050107 E050108 E050109 E050110 E050111 E050112 E050201 E050202 E050301 E050302
W050201 W050301
E060501 E060502 E060701 E060801 E060802 E060803 E061301 E061304 E061305 E061501 E061504 E061505 E061506 E061507
E061508 E061509 E061801 E061802 E061803 E062101 E062102 E062103 E062105 E062201 E062202 E062203 E062301 E062302
E062303 E062304 E062305 E062306 E062401 E062402 E062403 E062801 E062802 E062803
E080201 E080202 E080301 E080302 E080405 E080406 E080407 E080408 E080409 E080410 E080411 E080412 E080413 E080414
E080415 E080501 E080502 E080503 E080601 E080602 E080604 E080606 E080607 E080702 E080721 E080722 E080723 E080801
E080821 E080822 E080901 E080902 E080903 E081101 E081102 E081104 E081105 E081106 E081107 E081108 E081109 E081110
E081111 E081202 E081204 E081205 E081221 E081222 E081223 E081301 E081302 E081303 E081401 E081402 E081405 E081406
W081401
E110101 E110102 E110103 E110105 E110106 E110401 E110402 E110403 E110405 W110101 W110401
E120101 E120102 E120103 E120201 E120203 E120204 E120207
`;

const classOf = (code: string): ResponseClass => (code.startsWith('I') ? 'I' : code.startsWith('W') ? 'W' : 'E');

function serviceReferenceOf(code: string): string | undefined {
  const digits = /^[EW](\d\d)(\d\d)\d\d$/.exec(code);
  return digits === null ? undefined : `${Number(digits[1])}.${Number(digits[2])}`;
}

/** All response codes by code. */
export const responseCodes: ReadonlyMap<string, ResponseCodeFacts> = new Map(
  list
    .trim()
    .split(/\s+/)
    .map((code) => [
      code,
      { code, class: classOf(code), meaning: meanings.get(code), serviceReference: serviceReferenceOf(code) },
    ]),
);
