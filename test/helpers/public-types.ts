// What a module exports, as text: every name with its kind and type, printed by the TypeScript compiler.
// Read first: test/api.test.ts, which freezes it.
import { join } from 'node:path';
import ts from 'typescript';

const PRINTED =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.WriteArrowStyleSignature;

/** Compiles with the project's own settings. Throws when a file does not compile: its types would print as `any`. */
export function compile(files: readonly string[], root: string): ts.Program {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const { options } = ts.parseJsonConfigFileContent({ ...config, files }, ts.sys, root);
  const program = ts.createProgram(files, options, hostWithMemory(options));
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (!source) throw new Error(`${file} is not there`);
    const faults = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const texts = faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
    if (texts.length > 0) throw new Error(`${file} does not compile: ${texts.join('; ')}`);
  }
  return program;
}

/** TypeScript's own declarations and the packages', parsed once: they are most of the time a program takes. */
const declarations = new Map<string, ts.SourceFile>();

function hostWithMemory(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (file, ...rest) => {
    const source = declarations.get(file) ?? read(file, ...rest);
    if (source?.isDeclarationFile) declarations.set(file, source);
    return source;
  };
  return host;
}

/** One entry for each name that `file` exports, in alphabetical order. */
export function publicTypes(program: ts.Program, file: string): string {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  if (!module) throw new Error(`${file} exports nothing`);
  const entries = checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    return { name: exported.name, text: printExport(checker, exported.name, symbol) };
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${entries.map((entry) => entry.text).join('\n')}\n`;
}

/** A symbol can be a value and a type at once; both are printed. */
function printExport(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): string {
  const { flags } = symbol;
  const lines: string[] = [];
  if (flags & ts.SymbolFlags.Class) lines.push(printClass(checker, name, symbol));
  if (flags & ts.SymbolFlags.Function) {
    for (const signature of callsOf(checker, symbol)) lines.push(`function ${name}: ${signature}`);
  }
  if (flags & ts.SymbolFlags.Variable)
    lines.push(`const ${name}: ${typeText(checker, checker.getTypeOfSymbol(symbol))}`);
  if (flags & ts.SymbolFlags.Interface) lines.push(printInterface(checker, name, symbol));
  if (flags & ts.SymbolFlags.TypeAlias) lines.push(printAlias(checker, name, symbol));
  if (lines.length === 0) throw new Error(`${name} is exported, and is nothing this printer knows`);
  return lines.join('\n');
}

const typeText = (checker: ts.TypeChecker, type: ts.Type): string => checker.typeToString(type, undefined, PRINTED);

const callsOf = (checker: ts.TypeChecker, symbol: ts.Symbol): string[] =>
  checker
    .getTypeOfSymbol(symbol)
    .getCallSignatures()
    .map((signature) => checker.signatureToString(signature, undefined, PRINTED));

function printClass(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): string {
  const constructors = checker
    .getTypeOfSymbol(symbol)
    .getConstructSignatures()
    .map((signature) => `  constructor: ${checker.signatureToString(signature, undefined, PRINTED)}`);
  const members = membersOf(checker, checker.getDeclaredTypeOfSymbol(symbol));
  return [`class ${name}${parametersOf(symbol)}${heritageOf(symbol)}`, ...constructors, ...members].join('\n');
}

function printInterface(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): string {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const calls = type
    .getCallSignatures()
    .map((signature) => `  (call): ${checker.signatureToString(signature, undefined, PRINTED)}`);
  const indexes = checker.getIndexInfosOfType(type).map((index) => {
    return `  [${typeText(checker, index.keyType)}]: ${typeText(checker, index.type)}`;
  });
  const head = `interface ${name}${parametersOf(symbol)}${heritageOf(symbol)}`;
  return [head, ...calls, ...indexes, ...membersOf(checker, type)].join('\n');
}

function printAlias(checker: ts.TypeChecker, name: string, symbol: ts.Symbol): string {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const text = checker.typeToString(type, undefined, PRINTED | ts.TypeFormatFlags.InTypeAlias);
  return `type ${name}${parametersOf(symbol)} = ${text}`;
}

/** Public members, inherited ones included, but for those of JavaScript's own classes. */
function membersOf(checker: ts.TypeChecker, type: ts.Type): string[] {
  return checker
    .getPropertiesOfType(type)
    .filter((member) => isOurs(member) && isPublic(member))
    .map((member) => {
      const optional = member.flags & ts.SymbolFlags.Optional ? '?' : '';
      const readonly = modifiersOf(member) & ts.ModifierFlags.Readonly ? 'readonly ' : '';
      return `  ${readonly}${member.name}${optional}: ${memberType(checker, member)}`;
    });
}

/** The compiler adds `undefined` to the type of an optional member; here it stands only where it was written. */
function memberType(checker: ts.TypeChecker, member: ts.Symbol): string {
  const text = typeText(checker, checker.getTypeOfSymbol(member));
  const written = (member.declarations ?? []).some((found) => /\bundefined\b/.test(found.getText()));
  return member.flags & ts.SymbolFlags.Optional && !written ? text.replace(/ \| undefined$/, '') : text;
}

const isOurs = (symbol: ts.Symbol): boolean =>
  (symbol.declarations ?? []).some((declaration) => !declaration.getSourceFile().isDeclarationFile);

const modifiersOf = (symbol: ts.Symbol): ts.ModifierFlags =>
  (symbol.declarations ?? []).reduce((flags, found) => flags | ts.getCombinedModifierFlags(found), 0);

const isPublic = (symbol: ts.Symbol): boolean =>
  !(modifiersOf(symbol) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) && !symbol.name.startsWith('#');

/** `<T extends number>` as it is declared. */
function parametersOf(symbol: ts.Symbol): string {
  for (const found of symbol.declarations ?? []) {
    const generic =
      ts.isInterfaceDeclaration(found) || ts.isClassDeclaration(found) || ts.isTypeAliasDeclaration(found);
    if (generic && found.typeParameters) return `<${found.typeParameters.map((one) => one.getText()).join(', ')}>`;
  }
  return '';
}

/** ` extends ShuffleportError` as it is declared. */
function heritageOf(symbol: ts.Symbol): string {
  const clauses = (symbol.declarations ?? []).flatMap((found) =>
    ts.isInterfaceDeclaration(found) || ts.isClassDeclaration(found) ? [...(found.heritageClauses ?? [])] : [],
  );
  return clauses.map((clause) => ` ${clause.getText()}`).join('');
}
