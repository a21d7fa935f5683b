export { auditWindows, type WindowAudit } from './audit-windows.ts';
export type { LimitSetting } from './limits.ts';
export { type LimitsToSet, replaceLimits } from './limits-store.ts';
export { ALL_USERS, type CountedDirection } from './matching.ts';
export type { ThresholdBound, ThresholdPlan, ThresholdSetting } from './thresholds.ts';
export { replaceThresholds, type ThresholdsToSet } from './thresholds-store.ts';
