import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Deep water: the one colour of actions and of where one is. White on shade 8 has a contrast of 8.1. */
const water: MantineColorsTuple = [
  '#e9f6f8',
  '#d3ebef',
  '#a6d7df',
  '#74c1cd',
  '#4cafbe',
  '#2f9dae',
  '#1c8496',
  '#126d7e',
  '#0b5563',
  '#063d48',
];

/** The grounds and lines of the dark scheme, as cool as the light one's. */
const dark: MantineColorsTuple = [
  '#dfe7ea',
  '#b9c4c9',
  '#93a1a8',
  '#6a7980',
  '#3d4d54',
  '#2c3a40',
  '#1b272c',
  '#10181b',
  '#0c1315',
  '#080d0f',
];

export const theme = createTheme({
  colors: { water, dark },
  primaryColor: 'water',
  primaryShade: { light: 8, dark: 7 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace",
  defaultRadius: 'md',
  cursorType: 'pointer',
  headings: {
    fontWeight: '640',
    sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.35rem' }, h3: { fontSize: '1.15rem' } },
  },
  focusRing: 'auto',
  respectReducedMotion: true,
});

/** Mantine's grey texts and reds have contrasts of 3.3 to 4.0 on their grounds; WCAG AA asks for 4.5. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fbfcfc',
    '--mantine-color-text': '#1b2529',
    '--mantine-color-dimmed': '#4d5a60',
    '--mantine-color-placeholder': '#66737a',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#0b5563',
    '--mantine-color-default-border': '#c3ced2',
    '--penstock-good': '#2b7a4b',
    '--penstock-warning': '#a86a00',
    '--penstock-held': '#6741a8',
    '--penstock-panel': '#ffffff',
    '--penstock-rail': '#f1f5f6',
    '--penstock-line': '#dce4e7',
    '--chart-1': '#0b7285',
    '--chart-2': '#6741a8',
    '--chart-3': '#2b7a4b',
    '--chart-4': '#8a4b08',
    '--chart-warning': '#a86a00',
    '--chart-limit': '#b3261e',
  },
  dark: {
    '--mantine-color-body': '#10181b',
    '--mantine-color-text': '#dfe7ea',
    '--mantine-color-dimmed': '#a3b1b7',
    '--mantine-color-placeholder': '#8c9aa1',
    '--mantine-color-error': '#ff9c93',
    '--mantine-color-anchor': '#74c1cd',
    '--mantine-color-water-light': '#12343c',
    '--mantine-color-water-light-hover': '#174049',
    '--mantine-color-default': '#182327',
    '--mantine-color-default-hover': '#213036',
    '--mantine-color-default-border': '#3d4d54',
    '--penstock-good': '#63c48a',
    '--penstock-warning': '#f0b445',
    '--penstock-held': '#b79af0',
    '--penstock-panel': '#162024',
    '--penstock-rail': '#0c1315',
    '--penstock-line': '#2a383e',
    '--chart-1': '#4cafbe',
    '--chart-2': '#b79af0',
    '--chart-3': '#63c48a',
    '--chart-4': '#e0a36a',
    '--chart-warning': '#f0b445',
    '--chart-limit': '#ff9c93',
  },
});
