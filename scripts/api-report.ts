/**
 * Writes the public API as text, one file of declarations for each entry point, so that a changed signature shows in the
 * diff: `npm run api-report`. test/public-api.test.ts compares, and refuses exported names without documentation.
 */

import { readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { publicSources } from './package-entries.js'

const root = fileURLToPath(new URL('..', import.meta.url))
export const reportDirectory = join(root, 'docs', 'api-report')

export interface ApiReport {
  /** What each entry point exports, by the name of its file: `x509.txt`. */
  readonly files: ReadonlyMap<string, string>
  /** Exported names without a comment that documents them. */
  readonly undocumented: readonly string[]
}

/** Declarations as a user's compiler sees them, of every source; comments are kept. */
function declarations(options: ts.CompilerOptions): ReadonlyMap<string, string> {
  const program = ts.createProgram(
    publicSources.map((source) => join(root, source)),
    {
      ...options,
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: join(root, 'dist-api'),
      rootDir: join(root, 'src'),
    },
  )
  const emitted = new Map<string, string>()
  program.emit(undefined, (file, text) => emitted.set(file, text))
  return emitted
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: object
  }
  return ts.parseJsonConfigFileContent({ ...config, include: ['src'] }, ts.sys, root).options
}

/** The entry point of a folder is named by the folder, and that of the package `certward`. */
const reportName = (source: string): string => `${source.split('/').at(-2)?.replace(/^src$/, 'certward') ?? ''}.txt`

export function apiReport(): ApiReport {
  const options = compilerOptions()
  const emitted = declarations(options)
  const host = ts.createCompilerHost(options)
  const onDisk = { ...host }
  // The declarations are on no disk, and so neither are their directories.
  host.directoryExists = () => true
  host.fileExists = (file) => emitted.has(file) || onDisk.fileExists(file)
  host.readFile = (file) => emitted.get(file) ?? onDisk.readFile(file)
  host.getSourceFile = (file, version) => {
    const text = emitted.get(file)
    return text === undefined ? onDisk.getSourceFile(file, version) : ts.createSourceFile(file, text, version, true)
  }
  const entries = publicSources.map((source) =>
    join(root, source.replace(/^src/, 'dist-api').replace(/\.ts$/, '.d.ts')),
  )
  const program = ts.createProgram(entries, { ...options, noEmit: true }, host)
  const files = new Map<string, string>()
  const undocumented: string[] = []
  const types = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  for (const [index, entry] of entries.entries()) {
    const module = program.getSourceFile(entry)
    const symbol = module && types.getSymbolAtLocation(module)
    if (symbol === undefined) throw new Error(`no module at ${entry}`)
    const exported = types.getExportsOfModule(symbol).sort((a, b) => (a.name < b.name ? -1 : 1))
    const name = reportName(publicSources[index] ?? '')
    const texts = exported.map((one) => {
      const target = one.flags & ts.SymbolFlags.Alias ? types.getAliasedSymbol(one) : one
      if (target.getDocumentationComment(types).length === 0) undocumented.push(`${name}: ${one.name}`)
      return (target.declarations ?? []).map((declaration) => textOf(declaration, printer)).join('\n')
    })
    // The whole package repeats the others; its names are enough.
    const isWhole = name === 'certward.txt'
    files.set(name, `${isWhole ? exported.map((one) => one.name).join('\n') : texts.join('\n\n')}\n`)
  }
  return { files, undocumented }
}

function textOf(declaration: ts.Declaration, printer: ts.Printer): string {
  // A variable's declaration is part of a statement, which says `const`.
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const text = printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile())
  // Private members are in declarations and in nobody's code.
  return text.replace(/^ +private .*\n/gm, '')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, undocumented } = apiReport()
  mkdirSync(reportDirectory, { recursive: true })
  for (const file of readdirSync(reportDirectory)) rmSync(join(reportDirectory, file))
  for (const [file, text] of files) writeFileSync(join(reportDirectory, file), text)
  for (const name of undocumented) console.error(`without documentation: ${name}`)
}
