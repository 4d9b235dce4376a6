/** What the research group works on. The last two are never the subject of the recorded tasks: they are kept for unseen ones. */
export interface Topic {
  readonly slug: string
  readonly name: string
  readonly measure: string
  readonly terms: readonly [string, ...string[]]
}

const topic = (slug: string, name: string, measure: string, ...terms: [string, ...string[]]): Topic => ({
  slug,
  name,
  measure,
  terms,
})

export const TOPICS: readonly [Topic, ...Topic[]] = [
  topic('kelp-restoration', 'kelp restoration', 'canopy cover', 'urchin barrens', 'spore bags', 'holdfast survival'),
  topic('urban-heat', 'urban heat', 'surface temperature', 'cool roofs', 'street canopy', 'night cooling'),
  topic('soil-microbes', 'soil microbes', 'respiration rate', 'rhizosphere', 'cover crops', 'fungal networks'),
  topic('battery-recycling', 'battery recycling', 'lithium recovery', 'black mass', 'leaching', 'direct recycling'),
  topic('bird-migration', 'bird migration', 'arrival day', 'stopover sites', 'light pollution', 'ring recoveries'),
  topic('glacier-melt', 'glacier melt', 'mass balance', 'debris cover', 'ablation stakes', 'proglacial lakes'),
  topic('coral-bleaching', 'coral bleaching', 'bleached share', 'heating weeks', 'symbiont shuffling', 'refugia'),
  topic('wheat-rust', 'wheat rust', 'infected share', 'resistance genes', 'spore traps', 'volunteer wheat'),
  topic('air-quality', 'air quality', 'fine particles', 'low-cost sensors', 'inversions', 'wood smoke'),
  topic('river-plastics', 'river plastics', 'items per hour', 'bank litter', 'flood pulses', 'tracer buoys'),
]

export const UNSEEN_TOPIC = topic('peat-carbon', 'peat carbon', 'carbon flux', 'rewetting', 'sphagnum', 'drain blocks')
export const INJECTED_TOPIC = topic(
  'bee-forage',
  'bee forage',
  'pollen diversity',
  'hedgerows',
  'wild bees',
  'late forage',
)

export const ALL_TOPICS: readonly Topic[] = [...TOPICS, UNSEEN_TOPIC, INJECTED_TOPIC]
