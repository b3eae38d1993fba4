#!/usr/bin/env python3
"""A second verifier, written from docs/trail-format.md alone; it shares no code with ntp-auditor.

    verify-trail.py TRAIL [--key FILE]... [--anchor FILE]...

Prints one JSON document; exit code 0 intact under a key, 1 damaged, 3 no key or no seal. It stops at the first damage, and of a
record it looks only at what chains and seals it. Ed25519 comes from the package `cryptography` (Debian: python3-cryptography).
"""
import argparse, base64, functools, gzip, hashlib, json, os, re, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SEGMENT = re.compile(r'\d{4}/\d{2}/\d{4}-\d{2}-\d{2}\.(\d{6,15})(\.pruned)?\.ndjson(\.gz)?')
SEAL = re.compile(r'seals/\d{4}/\d{2}/(\d{9,16})\.checkpoint')
sha = lambda data: hashlib.sha256(data).digest()
key_id = lambda name, key: sha(name.encode() + b'\n\x01' + key)[:4]
class Damage(Exception): pass
def need(truth, code, where=''):
    if not truth: raise Damage(f'{code}: {where}')

def read_vkey(text):
    name, ident, encoded = text.strip().split('+', 2)
    data = base64.b64decode(encoded, validate=True)
    assert data[0] == 1 and len(data) == 33 and key_id(name, data[1:]).hex() == ident, 'no verifier key'
    return name, data[1:]

def read_checkpoint(data):
    """origin, size, root, name of the signer, key id, signature, what was signed"""
    try:
        text = data.decode()
        origin, size, root, empty, line, end = text.split('\n')
        dash, name, encoded = line.split(' ')
        raw = [base64.b64decode(part, validate=True) for part in (root, encoded)]
        need([base64.b64encode(part).decode() for part in raw] == [root, encoded] and len(raw[0]) == 32, 'seal-not-canonical', 'base64')
        right = re.fullmatch('0|[1-9][0-9]{0,15}', size) and not re.search('[\0-\x09\x0b-\x1f]', text)
        need(origin and right and empty == end == '' and dash == '\u2014', 'seal-not-canonical', 'lines')
    except ValueError as error:
        raise Damage(f'seal-not-canonical: {error}')
    return origin, int(size), raw[0], name, raw[1][:4], raw[1][4:], f'{origin}\n{size}\n{root}\n'.encode()

def ordered(pairs):
    keys = [key.encode('utf-16-be') for key, _ in pairs]
    need(keys == sorted(set(keys)), 'edited', 'keys out of order')
    return dict(pairs)

def number(text):
    need(re.fullmatch('0|-?[1-9][0-9]*', text) and abs(int(text)) < 2**53, 'edited', f'the number {text}')
    return int(text)

def read_record(line):
    try:
        value = json.loads(line.decode(), object_pairs_hook=ordered, parse_float=number, parse_int=number, parse_constant=number)
        text = json.dumps(value, ensure_ascii=False, separators=(',', ':'))
        need(text.encode() == line and len(line) <= 2**20 and isinstance(value, dict), 'edited', 'not canonical')
        need((type(value.get('seq')), type(value.get('prev')), type(value.get('type'))) == (int, str, str), 'edited', 'no record')
        return value
    except (ValueError, RecursionError) as error:
        raise Damage(f'edited: {error}')

def push(tree, node):
    """A tree is its complete parts, largest first, each as (leaves, root)."""
    size = 1
    while tree and tree[-1][0] == size:
        node, size = sha(b'\1' + tree.pop()[1] + node), size * 2
    tree.append((size, node))

root_of = lambda tree: functools.reduce(lambda right, left: sha(b'\1' + left + right), [node for _, node in reversed(tree)])

class Trail:
    def __init__(self, folder, keys, anchors):
        self.folder, self.keys, self.anchors, self.met = folder, keys, anchors, set()
        self.records = self.upTo = self.sealedUpTo = self.pruned = self.closed = 0
        self.tree, self.prev, self.epoch, self.digest, self.prunes = [], '', 1, '', []
        self.key = self.origin = self.absent = self.behind = None
        walk = [os.path.join(base, name) for base, _, names in os.walk(folder) for name in names]
        self.paths = sorted(os.path.relpath(path, folder).replace(os.sep, '/') for path in walk)
        self.stray = {path for path in self.paths if SEAL.fullmatch(path)}
    def read(self, path):
        return open(os.path.join(self.folder, path), 'rb').read() if path in self.paths else None
    def segments(self):
        """(number, pruned, path, bytes, `open` record, compressed) in the order of the numbers inside"""
        found = {}
        for match in filter(None, map(SEGMENT.fullmatch, self.paths)):
            path, pruned, packed = match[0], match[2] or '', match[3] or ''
            try:
                data = gzip.decompress(self.read(path)) if packed else self.read(path)
            except (OSError, EOFError) as error:
                raise Damage(f'edited: {path}: {error}')
            head = read_record(data.split(b'\n')[0]) if re.match(b'[^\0\n]*\n', data) else {}
            if head.get('type') == 'open':
                label, number = head['label'], head['segment']
                right = f'{label[:4]}/{label[5:7]}/{label}.{number:06d}{pruned}.ndjson{packed}'
                need(right == path, 'segment-renamed', path)
            found.setdefault(head.get('segment', int(match[1])), []).append((bool(pruned), path, data, head, bool(packed)))
        for number, files in sorted(found.items()):
            first, *others = sorted(files, key=lambda file: file[:2])
            need(all(other[0] or other[2] == first[2] for other in others), 'inserted', first[1])
            yield number, *first
    def verify(self):
        files = list(self.segments())
        cuts = [(file[0], file[4]['supersedes']) for file in files if file[4].get('supersedes')]
        for number, pruned, path, data, head, packed in files:
            ends = [cut['offset'] if number == cut['segment'] else 0 for by, cut in cuts if cut['segment'] <= number < by]
            *lines, rest = data[: min(ends, default=len(data))].split(b'\n')
            live = number == files[-1][0] and not packed
            need(rest == b'' or live, 'truncated', path)
            while live and lines and b'\0' in lines[-1]:
                lines.pop()  # what a loss of power leaves
            for index, line in enumerate(lines):
                where = f'{path} line {index + 1}'
                record = read_record(line)
                need((index == 0) == (record['type'] == 'open'), 'inserted', where)
                self.take(record, sha(b'\0' + line), pruned, head, where)
        self.finish()
        return bool(self.keys) and self.sealedUpTo > 0
    def take(self, record, leaf, pruned, head, where):
        seq = record['seq']
        need(seq == self.upTo + 1 or seq > self.upTo and (pruned or self.prev is None), 'deleted', where)
        need(pruned or self.prev in (None, record['prev']), 'edited', where)
        if pruned or self.prev is None:
            self.pruned, self.tree = seq if pruned else seq - 1, None
        if self.tree is not None:
            push(self.tree, leaf)
            self.meet(seq)
        self.prev = leaf.hex() if not pruned or record['type'] == 'close' else None
        self.upTo, self.records, self.behind = seq, self.records + 1, self.behind or (record if self.absent else None)
        if record['type'] == 'open' and self.origin is None:
            self.origin, self.key = record['origin'], record['publicKey']
            need(not self.keys or self.key == '' or (self.origin, bytes.fromhex(self.key)) in self.keys, 'genesis-mismatch', where)
        elif record['type'] == 'open' and record['publicKey']:
            need(record['epoch'] == self.epoch, 'epoch-missing', where)
            need((record['publicKey'], record['origin']) == (self.key, self.origin), 'wrong-epoch-key', where)
        elif record['type'] == 'rekey':
            need((record['epoch'], record['oldKey']) == (self.epoch, self.key), 'wrong-epoch-key', where)
            self.key = record['newKey']
            need(not self.keys or (self.origin, bytes.fromhex(self.key)) in self.keys, 'key-chain-broken', where)
        elif record['type'] == 'prune' and not pruned:
            self.prunes.append((seq, record['toSeq']))
        elif record['type'] == 'close' and record['nextKey']:
            self.close(record, leaf, pruned, f"seals/{head['label'][:4]}/{head['label'][5:7]}/{self.epoch:09d}.checkpoint", where)
    def meet(self, seq):
        if seq in self.anchors:
            need(self.anchors[seq][1] == root_of(self.tree), 'edited', f'anchor of {seq} records')
            self.met.add(seq)
    def close(self, record, leaf, pruned, path, where):
        seq, mine = record['seq'], (record['epoch'], record['firstSeq'], record['count'])
        need(self.absent is None, 'seal-missing', where)
        need(self.key, 'wrong-epoch-key', where)
        need(mine == (self.epoch, self.closed + 1, seq - self.closed), 'epoch-missing', where)
        need(self.digest in (None, record['previousCheckpoint']), 'equivocation', where)
        seal, public = self.read(path), bytes.fromhex(self.key)
        self.stray.discard(path)
        self.digest, self.epoch, self.key, self.closed = None, self.epoch + 1, record['nextKey'], seq
        if seal is None:
            self.absent, self.behind = record, None
            return
        origin, size, root, name, ident, signature, signed = read_checkpoint(seal)
        need(name == self.origin and ident == key_id(name, public), 'wrong-epoch-key', path)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
        except (InvalidSignature, ValueError):
            raise Damage(f'edited: {path}')
        if self.tree is None:
            text = (self.read(path.replace('.checkpoint', '.frontier')) or b'-').decode('latin-1')
            sizes = [2**bit for bit in reversed(range(53)) if seq - 1 & 2**bit]
            need(re.fullmatch('(?:[0-9a-f]{64}\n)' + '{%d}' % len(sizes), text), 'deleted', f'frontier of {path}')
            self.tree = list(zip(sizes, map(bytes.fromhex, text.split())))
            push(self.tree, leaf)
            self.meet(seq)
        need((origin, size, root) == (self.origin, seq, root_of(self.tree)), 'edited', path)
        self.sealedUpTo, self.digest = seq, sha(seal).hex()
    def finish(self):
        if self.absent:
            behind, why = self.behind, self.absent['reason']
            stop = (behind['type'], behind.get('reason')) == ('open', 'start') if behind else why != 'rotation'
            need(not (self.absent['final'] and stop), 'seal-missing', 'after an orderly stop')
        for path in self.stray:  # a second copy of a proper seal is no damage
            proper = [self.read(other) for other in set(self.paths) - self.stray if other.split('/')[-1] == path.split('/')[-1]]
            need(int(SEAL.fullmatch(path)[1]) < self.epoch, 'truncated', path)
            need(self.read(path) in proper, 'inserted', path)
        need(not self.pruned or any(seq <= self.sealedUpTo and to >= self.pruned for seq, to in self.prunes), 'deleted', 'pruned')
        for size, (origin, _) in self.anchors.items():
            need(origin == self.origin, 'genesis-mismatch', f'anchor of {size} records')
            need(size <= self.upTo, 'truncated', f'anchor of {size} records')

parser = argparse.ArgumentParser()
parser.add_argument('trail', type=lambda path: path if os.path.isdir(path) else parser.error(f'there is no folder {path}'))
for option in ('--key', '--anchor'): parser.add_argument(option, action='append', default=[])
given = parser.parse_args()
keys = {read_vkey(line) for path in given.key for line in open(path).read().split('\n') if line.strip()}
anchors = {size: (origin, root) for origin, size, root, *_ in (read_checkpoint(open(path, 'rb').read()) for path in given.anchor)}
trail, damage = Trail(given.trail, keys, anchors), []
try:
    intact = trail.verify() or 'self-consistent'
except (Damage, KeyError, TypeError, ValueError) as error:  # the latter: fields that are not what they must be
    intact, damage = False, [str(error)]
told = {name: getattr(trail, name) for name in ('records', 'upTo', 'sealedUpTo')}
print(json.dumps(dict(intact=intact, **told, anchoredUpTo=max(trail.met, default=0), damage=damage)))
sys.exit({True: 0, False: 1}.get(intact, 3))
