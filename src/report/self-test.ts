// What a self-test of the check answered, as text: a row a cause.
import { listSome, plural, printable } from '../core/text.js';
import type { PlantedMistake, SelfTestResult } from '../results/self-test.js';
import { describeConfig, describeNotes } from './settings.js';
import { textTable } from './table.js';

/** The verdict first, then a row for each cause; with `all`, one for each planted mistake. */
export function selfTestText(result: SelfTestResult, { all = false }: { readonly all?: boolean } = {}): string {
  const { verdict, source, config, honest, planted, notPlanted, notes } = result;
  const headline = `${verdict.toUpperCase()} ${printable(source.name)}: `;
  if (honest.verdict === 'fail') return `${headline}${refusal(result)}`;
  return [
    headline + summary(result),
    describeConfig(config),
    '',
    all ? everyPlant(planted) : byCause(planted),
    ...adviceOn(result),
    ...(notPlanted.length === 0
      ? []
      : ['', 'not planted:', ...notPlanted.map(({ cause, needs }) => `  ${cause}: needs ${needs}`)]),
    ...describeNotes(notes),
  ].join('\n');
}

function refusal({ honest: { layers, sources } }: SelfTestResult): string {
  return [
    `the reference does not pass as it is (${sources.length} of ${plural(layers, 'layer')} at fault: ${listSome(sources)}), so that nothing was planted`,
    'next: see why with `shuffleport verify` without --self-test, and test the check on a reference that passes',
  ].join('\n');
}

function summary({ causes, unknown, share, honest }: SelfTestResult): string {
  const seen = causes.planted - causes.hidden;
  return [
    `${causes.caught} of ${plural(seen, 'mistake')} that can be seen caught at their layer`,
    `${share === null ? 'none' : percent(share)} called what they are`,
    `${unknown.named} of ${plural(unknown.caught, 'fault')} without a cause given none`,
    `no false alarm on ${plural(honest.layers, 'layer')}`,
  ].join(', ');
}

/** Below this share causes stay unknown for want of recorded layers: segments are long, or the search runs out of work. */
const FEW_NAMED = 0.95;

function adviceOn({ share }: SelfTestResult): string[] {
  if (share !== null && share >= FEW_NAMED) return [];
  return ['', 'next: record more layers: a cause is told where the layers around it were recorded'];
}

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

const isCaught = ({ outcome }: PlantedMistake): boolean => outcome !== 'hidden' && outcome !== 'missed';
const isNamed = ({ outcome }: PlantedMistake): boolean => outcome === 'named' || outcome === 'equal';

const called = (cause: string | null): string => cause ?? 'no known cause';

function byCause(planted: readonly PlantedMistake[]): string {
  const causes = new Set(planted.map(({ cause }) => cause));
  return textTable(
    [
      { title: 'cause' },
      { title: 'planted at' },
      { title: 'caught', align: 'right' },
      { title: 'named', align: 'right' },
      { title: 'not as planted, and why' },
    ],
    [...causes].map((cause) => {
      const plants = planted.filter((plant) => plant.cause === cause);
      const caught = plants.filter(isCaught);
      return [
        cause ?? '(none: other faults)',
        places(plants),
        `${caught.length} of ${plants.length}`,
        caught.length === 0 ? '-' : `${caught.filter(isNamed).length} of ${caught.length}`,
        remarks(plants),
      ];
    }),
  );
}

function places(plants: readonly PlantedMistake[]): string {
  const [first, ...others] = new Set(plants.map(({ layer }) => layer));
  return others.length === 0 ? first! : `${first} and ${others.length} more`;
}

/** Each remark once, with the layer where there is only one that it is about. */
function remarks(plants: readonly PlantedMistake[]): string {
  const byWords = new Map<string, string[]>();
  for (const plant of plants) {
    const words = remark(plant);
    if (words !== undefined) byWords.set(words, [...(byWords.get(words) ?? []), plant.layer]);
  }
  return [...byWords].map(([words, layers]) => `${listSome(layers, 1)}: ${words}`).join('; ');
}

function remark({ outcome, named, why }: PlantedMistake): string | undefined {
  switch (outcome) {
    case 'named':
      return undefined;
    case 'equal':
      return `called ${called(named)}, which gives the same values there`;
    case 'misnamed':
      return `called ${called(named)}`;
    case 'hidden':
      return `cannot be seen: ${why}`;
    case 'missed':
      return 'MISSED, though it can be seen';
  }
}

function everyPlant(planted: readonly PlantedMistake[]): string {
  return textTable(
    [{ title: 'layer' }, { title: 'cause' }, { title: 'check' }, { title: 'called' }, { title: 'what was done' }],
    planted.map((plant) => [
      plant.layer,
      plant.cause ?? '(none)',
      plant.check ?? '-',
      plant.check === null ? (remark(plant) ?? '-') : called(plant.named),
      plant.words,
    ]),
  );
}
