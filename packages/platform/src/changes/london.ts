// The clock of London, by which the pages lay out days too: so it stands with the contract.
export {
  DAY,
  HOUR,
  instantsOf,
  type LocalTime,
  localTime,
  londonDay,
  nextMonth,
  spanOfMonth,
  startOfDay,
  wordsOfDay,
  wordsOfInstant,
  wordsOfSpan,
  writeLocal,
} from '@penstock/api';
