// Delete policies, CANCEL DELETE BACKUP, DELETE BACKUPSET / ARCHIVELOG_PIECE (reference: statements, section
// 8).
#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

auto policy(Scan& s, const char* verb, std::string& name) {
  return words(s, "ALTER", "SYSTEM", verb) >> words(s, "DELETE", "BACKUP", "POLICY") >> -Sign(s, '=') >>
         Text(s)[into(name)];
}

}  // namespace

/// The parser of V4 knows REDUNDANCY and BACKUP_COPIES and refuses them.
bool read_add_policy(Scan& s, Statement& out) {
  AddDeletePolicy add;
  bool reserved = false;
  const At start = s.at;
  auto window = Word(s, "RECOVERY_WINDOW") >> -Sign(s, '=') >> Text(s)[into(add.recovery_window)];
  auto other = (Word(s, "REDUNDANCY") | Word(s, "BACKUP_COPIES"))[put(reserved, true)] >> -Sign(s, '=') >>
               x3::omit[Number(s)];
  if (!s.reads(policy(s, "ADD", add.name) >> *(window | other) >> -one_tenant(s, add.tenant))) return false;
  if (reserved) return s.wrong(start, "REDUNDANCY and BACKUP_COPIES are reserved and not supported"), false;
  return out = add, true;
}

bool read_drop_policy(Scan& s, Statement& out) {
  DropDeletePolicy drop;
  return s.reads(policy(s, "DROP", drop.name) >> -one_tenant(s, drop.tenant)) && (out = drop, true);
}

bool read_cancel_delete(Scan& s, Statement& out) {
  CancelDelete cancel;
  auto grammar =
      words(s, "ALTER", "SYSTEM", "CANCEL") >> words(s, "DELETE", "BACKUP") >> -tenants(s, cancel.tenants);
  return s.reads(grammar) && (out = cancel, true);
}

bool read_delete(Scan& s, Statement& out) {
  Delete one;
  auto what =
      Word(s, "BACKUPSET")[put(one.pieces, false)] | Word(s, "ARCHIVELOG_PIECE")[put(one.pieces, true)];
  auto grammar = words(s, "ALTER", "SYSTEM", "DELETE") >> what >> numbers(s, one.ids) >>
                 -one_tenant(s, one.tenant) >> -description(s, one.description);
  return s.reads(grammar) && (out = one, true);
}

}  // namespace seabed::statement
