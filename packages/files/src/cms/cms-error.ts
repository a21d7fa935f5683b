import type { ErrorDescription } from '../errors.ts';

/** A failure with a code of a registry, which says what to do about it. */
export class CmsError<Code extends string> extends Error {
  readonly code: Code;
  readonly action: string;

  constructor(registry: Readonly<Record<Code, ErrorDescription>>, code: Code, message: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.action = registry[code].action;
  }
}
