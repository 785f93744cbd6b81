/** The layers of src and who may import what. Run by `npm run layers`; test/layers.test.ts shows that each rule bites. */

/** From the top down. A folder imports only folders of the rows below its own, never a neighbour in its row. */
const layers = [
  ['adapters'],
  ['testkit'],
  ['cluster'],
  ['monitor'],
  ['manager'],
  ['inventory'],
  ['purposes'],
  ['revocation'],
  ['ocsp'],
  ['path'],
  ['crl'],
  ['authoring'],
  ['reading'],
  ['pkcs10', 'pkcs7'],
  ['crypto'],
  ['net'],
  ['x509'],
  ['pem'],
  ['der'],
  ['base'],
]

const inFolder = (folder) => `^src/${folder}/`
const outOfReach = (folder, position) => [
  '^src/index\\.ts$',
  ...layers
    .slice(0, position + 1)
    .flat()
    .filter((other) => other !== folder)
    .map(inFolder),
]

const layerRules = layers.flatMap((row, position) =>
  row.map((folder) => ({
    name: `layer-${folder}`,
    comment: `${folder} imports only folders below it.`,
    severity: 'error',
    from: { path: inFolder(folder) },
    to: { path: outOfReach(folder, position) },
  })),
)

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-folders',
      comment: 'Every folder of src has its row in the layers; a new one must be placed.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: ['^src/index\\.ts$', ...layers.flat().map(inFolder)] },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle makes two files one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-node',
      comment: 'Only adapters and the Node crypto provider know Node; the rest runs everywhere.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/adapters/', '^src/crypto/node\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'der-is-internal',
      comment: 'A public face re-exports nothing of der.',
      severity: 'error',
      from: { path: ['^src/index\\.ts$', '^src/[^/]+/index\\.ts$'], pathNot: '^src/der/' },
      to: { path: '^src/der/' },
    },
    {
      name: 'no-development-dependency',
      comment: 'What src imports is installed with the package, or is an optional peer that tests install too.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-source-outside',
      comment: 'src imports neither tests nor scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|bench|scripts|examples)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports count: a type from a layer above is a dependency too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
