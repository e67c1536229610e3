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

/**
 * One entry for each name that `file` exports, in the order of the names (capitals first); then one for each type of
 * the project that those speak of without its being exported.
 */
export function publicTypes(program: ts.Program, file: string): string {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  if (!module) throw new Error(`${file} exports nothing`);
  const exported = new Map<ts.Symbol, string[]>();
  for (const found of checker.getExportsOfModule(module)) {
    const symbol = originalOf(checker, found);
    exported.set(symbol, [...(exported.get(symbol) ?? []), found.name]);
  }
  const names = [...exported].flatMap(([symbol, all]) => all.map((name): Entry => ({ name, symbol })));
  const spokenOf = spokenOfBy([...exported.keys()], checker).filter((symbol) => !exported.has(symbol));
  const others = spokenOf.map((symbol): Entry => ({ name: symbol.name, symbol }));
  const texts = [
    ...printAll(checker, names),
    ...(others.length > 0 ? [NOT_EXPORTED] : []),
    ...printAll(checker, others),
  ];
  return `${texts.join('\n')}\n`;
}

interface Entry {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

const NOT_EXPORTED = '\n# Spoken of above, not exported';

const printAll = (checker: ts.TypeChecker, entries: readonly Entry[]): string[] =>
  [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, symbol }) => printExport(checker, name, symbol));

const originalOf = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** The project's types that the declarations of `symbols` name, and those that these name, and so on. */
function spokenOfBy(symbols: readonly ts.Symbol[], checker: ts.TypeChecker): ts.Symbol[] {
  const seen = new Set(symbols);
  const visit = (node: ts.Node): void => {
    // What a body or a private member names is no part of the type.
    if (ts.isBlock(node)) return;
    if (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name)) return;
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const named = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      if (named) follow(originalOf(checker, named));
    }
    ts.forEachChild(node, visit);
  };
  const follow = (symbol: ts.Symbol): void => {
    if (seen.has(symbol) || !isOurs(symbol) || symbol.flags & ts.SymbolFlags.TypeParameter) return;
    seen.add(symbol);
    symbol.declarations?.forEach(visit);
  };
  for (const symbol of symbols) if (isOurs(symbol)) symbol.declarations?.forEach(visit);
  return [...seen];
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
  const written = symbol.declarations?.find(ts.isTypeAliasDeclaration)?.type;
  const text = written ? nodeText(written) : typeText(checker, checker.getDeclaredTypeOfSymbol(symbol));
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

/** As it is declared, where it is: the compiler's own text orders a union by what it has met before. */
function memberType(checker: ts.TypeChecker, member: ts.Symbol): string {
  const found = member.valueDeclaration;
  const written = found && (ts.isPropertySignature(found) || ts.isPropertyDeclaration(found)) ? found.type : undefined;
  return written ? nodeText(written) : typeText(checker, checker.getTypeOfSymbol(member));
}

const printer = ts.createPrinter({ removeComments: true });

/** Declared text on one line, without comments. */
const nodeText = (node: ts.Node): string =>
  printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll(/\s+/g, ' ');

const isOurs = (symbol: ts.Symbol): boolean =>
  (symbol.declarations ?? []).some((declaration) => !declaration.getSourceFile().isDeclarationFile);

const modifiersOf = (symbol: ts.Symbol): ts.ModifierFlags =>
  (symbol.declarations ?? []).reduce<ts.ModifierFlags>((flags, found) => flags | ts.getCombinedModifierFlags(found), 0);

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
