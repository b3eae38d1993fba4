/**
 * One page of the API reference, made of an API model: every exported name with its signature and what its comment says.
 */

const order = ['Class', 'Function', 'Variable', 'Interface', 'TypeAlias']
const titles = {
  Class: 'Classes',
  Function: 'Functions',
  Variable: 'Variables',
  Interface: 'Interfaces',
  TypeAlias: 'Types',
}

/**
 * @param {string} entry such as `ntp-auditor/reports`
 * @param model what the extractor wrote as `.api.json`
 * @param {string} source the declarations of the entry, whose first comment introduces the page
 */
export function referencePage(entry, model, source) {
  const members = model.members[0].members.filter(({ canonicalReference }) => !/!~/.test(canonicalReference))
  const out = [`# ${entry}`, '', prose(/\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? ''), '']
  out.push('Made from the comments in the code by `npm run api`; change them there.', '')
  for (const kind of order) {
    const some = members.filter((member) => member.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (some.length === 0) continue
    out.push(`## ${titles[kind]}`, '')
    for (const member of some) out.push(...described(member, '###'))
  }
  return `${out
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function described(member, heading) {
  const text = member.excerptTokens
    .map((token) => token.text)
    .join('')
    .replace(/^export (declare )?/, '')
  const inner = (member.members ?? []).filter(({ name }) => name !== undefined && !name.startsWith('_'))
  const methods = inner.filter(({ kind }) => kind === 'Method' || kind === 'Constructor')
  const fields = inner.filter(
    ({ kind }) => kind === 'Property' || kind === 'PropertySignature' || kind === 'MethodSignature',
  )
  const out = [`${heading} ${member.name}`, '', '```ts', text.trim(), '```', '', prose(member.docComment ?? ''), '']
  if (fields.length > 0) {
    out.push('| member | |', '|---|---|')
    for (const field of fields) {
      const signature = field.excerptTokens
        .map((token) => token.text)
        .join('')
        .replace(/;$/, '')
      out.push(`| \`${cell(signature)}\` | ${cell(prose(field.docComment ?? ''))} |`)
    }
    out.push('')
  }
  for (const method of methods) out.push(...described({ ...method, name: `${member.name}.${method.name}()` }, '####'))
  return out
}

/** The text of a comment: links as code, examples as code, parameters, results and errors as a list. */
function prose(comment) {
  const text = comment
    .trim()
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
  const [body = '', ...blocks] = text.split(/^(?=@(?:param|returns|throws|example|module|internal))/m)
  const items = []
  const examples = []
  for (const block of blocks) {
    const [, tag, content] = /^@(\w+)\s*([\s\S]*)$/.exec(block)
    if (tag === 'example') examples.push(`\n\`\`\`ts\n${content.trim()}\n\`\`\``)
    else if (tag in bullets) items.push(`- ${linked(bullets[tag](content.trim().replace(/\s*\n\s*/g, ' ')))}`)
  }
  return [linked(body.trim()), '', ...items, ...examples].join('\n').trim()
}

const bullets = {
  param: (text) => text.replace(/^(?:- )?(\S+)(?: -)?/, '`$1`:'),
  returns: (text) => `returns ${text}`,
  throws: (text) => `throws ${text.replace(/^\\?\{([^}]*)\\?\}/, '`$1`:').replace(/:$/, '')}`,
}

function linked(text) {
  return text.replace(/\{@link ([^}|]*?)\s*(\|[^}]*)?\}/g, '`$1`')
}

/** A text inside a table: one line, its bars kept. */
function cell(text) {
  return text
    .replace(/```ts\n?/g, '')
    .replace(/```/g, '')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
