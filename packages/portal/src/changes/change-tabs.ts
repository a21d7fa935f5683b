// The tabs of a change's page. A room that has one more adds a row.
import { operatorLedKinds, type WholeChange } from '@penstock/api/schemas';
import type { ComponentType } from 'react';
import { AttachmentsTab } from './attachments-tab.tsx';
import { ClashesTab } from './clashes-tab.tsx';
import { ConsultationTab } from './consultation-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { IncidentsTab } from './incidents-tab.tsx';
import { LimitsTab } from './limits-tab.tsx';
import { MediationTab } from './mediation-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { TrafficTab } from './traffic-tab.tsx';
import { UsesTab } from './uses-tab.tsx';

/** `everybody`: whoever sees the change; `sides`: its owner and the Operator; `owner`: its owner alone. */
export type TabAudience = 'everybody' | 'sides' | 'owner';

export interface ChangeTab {
  /** In the address. */
  readonly tab: string;
  readonly name: string;
  readonly audience: TabAudience;
  /** Of which changes; of all when it is left out. */
  readonly isFor?: (change: WholeChange) => boolean;
  readonly Panel: ComponentType<{ change: WholeChange }>;
}

const isConsultedOn = ({ content }: WholeChange) => content.statement.kind === 'internal_system';
/** The Operator mediates between Users, of what both told. */
const isMediated = ({ content, state }: WholeChange) =>
  !(operatorLedKinds as readonly string[]).includes(content.statement.kind) &&
  state !== 'draft' &&
  state !== 'template';

const declaresTraffic = ({ content }: WholeChange) => (content.traffic ?? []).length > 0;

export const changeTabs: readonly ChangeTab[] = [
  { tab: 'overview', name: 'Overview', audience: 'everybody', Panel: OverviewTab },
  { tab: 'attachments', name: 'Attachments', audience: 'everybody', Panel: AttachmentsTab },
  { tab: 'consultation', name: 'Consultation', audience: 'everybody', isFor: isConsultedOn, Panel: ConsultationTab },
  { tab: 'clashes', name: 'Clashes', audience: 'sides', Panel: ClashesTab },
  { tab: 'mediation', name: 'Mediation', audience: 'sides', isFor: isMediated, Panel: MediationTab },
  { tab: 'traffic', name: 'Traffic', audience: 'sides', isFor: declaresTraffic, Panel: TrafficTab },
  { tab: 'limits', name: 'Limits', audience: 'sides', Panel: LimitsTab },
  { tab: 'incidents', name: 'Incidents', audience: 'everybody', Panel: IncidentsTab },
  { tab: 'history', name: 'History', audience: 'sides', Panel: HistoryTab },
  { tab: 'uses', name: 'Who used it', audience: 'owner', Panel: UsesTab },
];

export function tabsFor(change: WholeChange, isOperator: boolean): readonly ChangeTab[] {
  return changeTabs.filter(
    ({ audience, isFor }) =>
      (isFor === undefined || isFor(change)) &&
      (audience === 'everybody' || change.isYours || (audience === 'sides' && isOperator)),
  );
}
