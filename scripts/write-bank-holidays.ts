import { writeFileSync } from 'node:fs';
import { bankHolidaysFile, bankHolidaysText } from './bank-holidays.ts';

// To be run when the pinned package of holidays is another one; a test says when it is needed.
writeFileSync(bankHolidaysFile, bankHolidaysText());
