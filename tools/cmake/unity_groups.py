"""Which sources of a target may be compiled as one (tools/cmake/fast_build.cmake).

Input: lines `directory<TAB>target<TAB>source…`; output: a CMake script that sets UNITY_GROUP. Two files share a group only
when no name that one keeps to itself (anonymous namespaces, static, types in a .cc) occurs in the other at all: then neither
compiling nor overload resolution can change. Files with macros of their own, files of several targets and those that
call RocksDB stay alone.
"""
import collections
import os
import re
import sys

MOST_LINES, MOST_FILES = 1800, 14
NOISE = re.compile(r'R"(?P<tag>[^(\s]*)\((?:.|\n)*?\)(?P=tag)"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'')
TOKEN = re.compile(r"[A-Za-z_]\w*|::|->|[-+*/%&|^!<>=]=|<<|&&|\|\||[^\s\w]")
NAME = re.compile(r"[A-Za-z_]\w*$")
WORDS = {"if", "for", "while", "switch", "return", "sizeof", "alignas", "decltype", "noexcept", "operator", "static_assert",
         "const", "constexpr", "static", "inline", "template", "typename", "class", "struct", "enum", "union", "using",
         "namespace", "auto", "void", "int", "char", "bool", "default", "delete", "extern", "final", "override", "public"}


class Source:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.path = path
        self.lines = text.count("\n")
        code = NOISE.sub(lambda m: '""' if m.group(0)[0] in "R\"'" else " ", text)
        self.alone = re.search(r"^\s*#\s*(define|undef|pragma)", code, re.M) is not None
        # Beside a header with a namespace seabed::rocksdb, rocksdb::DB would not be the library's.
        within = "namespace seabed::rocksdb" in code
        self.alone |= "seabed" in code and re.search(r"#include <rocksdb/" + (r"" if within else r"|(?<![:\w])rocksdb::[A-Z]"), code) is not None
        code = re.sub(r"^\s*#.*$", " ", code, flags=re.M)
        tokens = TOKEN.findall(code)
        self.used = {t for i, t in enumerate(tokens) if NAME.match(t) and (i == 0 or tokens[i - 1] not in (".", "->"))}
        self.own = own_names(tokens) - WORDS

    def clashes(self, other):
        return bool(self.own & other.used or other.own & self.used)


def own_names(tokens):
    """Names at namespace scope that other files must not meet."""
    own, scopes, statement, parens, i = set(), [], [], 0, 0
    while i < len(tokens):
        token = tokens[i]
        inside = all(scope != "body" for scope in scopes)
        if token == "{" and parens == 0:
            if inside and statement[:1] == ["namespace"] or statement[:2] == ["inline", "namespace"]:
                scopes.append("namespace" if len(statement) > 1 else "anonymous")
            else:
                if inside:
                    own |= declared(statement, "anonymous" in scopes)
                    if "enum" in statement and "class" not in statement:
                        own |= set(filter(NAME.match, tokens[i:tokens.index("}", i)]))
                scopes.append("body")
            statement = []
        elif token == "}" and parens == 0:
            if scopes:
                scopes.pop()
            if not (i + 1 < len(tokens) and tokens[i + 1] in (";", ",")):
                statement = []
        elif token == ";" and parens == 0:
            if inside:
                own |= declared(statement, "anonymous" in scopes)
            statement = []
        else:
            parens += (token in "([") - (token in ")]")
            if inside:
                statement.append(token)
        i += 1
    return own


def declared(statement, anonymous):
    if not statement:
        return set()
    if statement[0] == "using":
        return {statement[1]} if "=" in statement and len(statement) > 1 else {statement[-1]}
    if not (anonymous or "static" in statement or {"struct", "class", "enum", "union"} & set(statement)):
        return set()
    names, depth = set(), 0
    for i, token in enumerate(statement):
        if depth == 0 and NAME.match(token):
            following = statement[i + 1] if i + 1 < len(statement) else ";"
            if following in ("(", "=", ";", "[", ":", "final", ",") and not (token.isupper() and following == "("):
                names.add(token)
        depth += (token in "([") - (token in ")]")
    return names


def groups(sources):
    made = []
    for source in sources:
        if source.alone:
            continue
        for group in made:
            if (len(group) < MOST_FILES and sum(s.lines for s in group) + source.lines <= MOST_LINES
                    and not any(source.clashes(other) for other in group)):
                group.append(source)
                break
        else:
            made.append([source])
    return [group for group in made if len(group) > 1]


def main():
    targets = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    seen = collections.Counter(os.path.realpath(path) for _, _, *paths in targets for path in paths)
    for directory, target, *paths in targets:
        sources = [Source(path) for path in paths if seen[os.path.realpath(path)] == 1 and os.path.exists(path)]
        for number, group in enumerate(groups(sources)):
            files = " ".join(f'"{source.path}"' for source in group)
            print(f'set_source_files_properties({files} TARGET_DIRECTORY {target} PROPERTIES UNITY_GROUP {target}_{number})')


if __name__ == "__main__":
    main()
