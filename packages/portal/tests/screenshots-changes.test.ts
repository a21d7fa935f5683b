import { noBrowser } from '@penstock/platform/testing/chromium';
import { beforeAll, expect, test } from 'vitest';
import { addChanges, dayFromNow, type MadeChanges } from './testing-changes.ts';
import { TestPages } from './testing-pages.ts';
import { type Picture, takePictures } from './testing-pictures.ts';
import { addTalk, type MadeTalk } from './testing-talk.ts';

// `npm run screenshots`, as screenshots.test.ts: changes, with what is in their way.

let made: MadeChanges;
let talk: MadeTalk;
beforeAll(() => expect(noBrowser).toBeUndefined());
const pages = new TestPages({
  prepare: async (portal) => {
    made = await addChanges(portal);
    talk = await addTalk(portal, made);
  },
});

const size = { width: 1280, height: 1000 };
const analyst = () => pages.portal.people.analyst;

const pictures: Readonly<Record<string, Picture>> = {
  changes: {
    who: analyst,
    path: () => '/changes',
    size,
    ready: (page) => page.getByRole('table').waitFor(),
  },
  change: {
    who: () => pages.portal.people.planner,
    path: () => `/changes/${made.maintenance}`,
    size,
    ready: (page) => page.getByRole('region', { name: 'Windows' }).waitFor(),
  },
  'change-clashes': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=clashes`,
    size,
    ready: async (page) => {
      await page.getByRole('button', { name: 'Look for free times' }).click();
      await page.getByRole('region', { name: 'Next free times' }).getByRole('listitem').first().waitFor();
      await page.evaluate('window.scrollTo(0, 0)');
    },
  },
  'change-attachments': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=attachments`,
    size,
    ready: (page) => page.getByText('Wrong plan.pdf').waitFor(),
  },
  'change-consultation': {
    who: analyst,
    path: () => `/changes/${talk.consulted}?tab=consultation`,
    size: { width: 1280, height: 1200 },
    ready: (page) => page.getByText('Then it is a Saturday.').waitFor(),
  },
  'change-mediation': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=mediation`,
    size: { width: 1280, height: 1100 },
    ready: (page) => page.getByText('Then we begin at 22:00.').waitFor(),
  },
  'change-mediation-operator': {
    who: () => pages.portal.people.planner,
    path: () => `/changes/${made.firewall}?tab=mediation`,
    size: { width: 1280, height: 1200 },
    ready: (page) => page.getByText('Then we begin at 22:00.').waitFor(),
  },
  'change-traffic': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=traffic`,
    size,
    ready: (page) => page.getByRole('region', { name: 'What came' }).waitFor(),
  },
  'change-history': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=history`,
    size,
    ready: (page) => page.getByText('As it was first saved.').waitFor(),
  },
  'change-edit': {
    who: analyst,
    path: () => `/changes/${made.firewall}/edit`,
    size: { width: 1280, height: 1200 },
    ready: (page) => page.getByRole('region', { name: 'What other Users would see' }).waitFor(),
  },
  'change-month': {
    who: analyst,
    path: () => `/changes/calendar?day=${dayFromNow(10)}`,
    size: { width: 1280, height: 1180 },
    ready: (page) => page.getByText(/in this time/).waitFor(),
  },
  'change-week': {
    who: analyst,
    path: () => `/changes/calendar?by=week&day=${dayFromNow(3)}`,
    size: { width: 1280, height: 1140 },
    ready: (page) => page.getByText(/in this time/).waitFor(),
  },
  'change-services': {
    who: analyst,
    path: () => `/changes/calendar?by=services&day=${dayFromNow(10)}`,
    size: { width: 1280, height: 800 },
    ready: (page) => page.getByText(/in this time/).waitFor(),
  },
  'change-schedule': {
    who: analyst,
    path: () => `/changes/schedule?month=${dayFromNow(3).slice(0, 7)}`,
    size,
    ready: (page) => page.getByRole('article').first().waitFor(),
  },
  'change-limits': {
    who: () => pages.portal.people.planner,
    path: () => '/changes/limits',
    size,
    ready: (page) => page.getByRole('table').waitFor(),
  },
  'incident-targets': {
    who: () => pages.portal.people.planner,
    path: () => '/changes/limits',
    size,
    ready: (page) => page.getByRole('region', { name: 'Targets of incidents' }).scrollIntoViewIfNeeded(),
  },
  'incident-raise': {
    who: analyst,
    path: () => '/incidents',
    size,
    ready: async (page) => {
      await page.getByRole('button', { name: 'Raise an incident' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('SRVs, device models and regions').click();
      await dialog.getByRole('textbox', { name: 'SRVs' }).fill('4.1.1');
    },
  },
  'change-uses': {
    who: analyst,
    path: () => `/changes/${made.firewall}?tab=uses`,
    size,
    ready: (page) => page.getByRole('table').waitFor(),
  },
};

takePictures(test, pages, pictures);
