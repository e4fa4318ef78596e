// BACKUP KEY, BACKUP CLUSTER PARAMETERS, SET ENCRYPTION / DECRYPTION, EXTERNAL_STORAGE_DEST (reference:
// statements, sections 3 and 5).
#include "core/engine/statement/clauses.h"

namespace seabed::statement {

bool read_cluster_parameters(Scan& s, Statement& out) {
  BackupClusterParameters backup;
  auto grammar = words(s, "ALTER", "SYSTEM", "BACKUP") >> words(s, "CLUSTER", "PARAMETERS", "TO") >>
                 -Sign(s, '=') >> Text(s)[into(backup.uri)];
  return s.reads(grammar) && (out = backup, true);
}

bool read_backup_key(Scan& s, Statement& out) {
  BackupKey key;
  auto grammar = words(s, "ALTER", "SYSTEM", "BACKUP") >> Word(s, "KEY") >> -tenants(s, key.tenants) >>
                 Word(s, "TO") >> -Sign(s, '=') >> Text(s)[into(key.uri)] >>
                 -(words(s, "ENCRYPTED", "BY") >> Text(s)[into(key.password)]);
  return s.reads(grammar) && (out = key, true);
}

bool read_set_encryption(Scan& s, Statement& out) {
  SetEncryption set;
  const At start = s.at;
  auto grammar = words(s, "SET", "ENCRYPTION", "ON") >> words(s, "IDENTIFIED", "BY") >>
                 Text(s)[into(set.password)] >> Word(s, "ONLY");
  if (!s.reads(grammar)) return false;
  if (set.password.empty()) return s.wrong(start, "SET ENCRYPTION wants a password that is not empty"), false;
  return out = set, true;
}

bool read_set_decryption(Scan& s, Statement& out) {
  SetDecryption set;
  auto add = [&](auto& context) {
    x3::_pass(context) = set.passwords.size() < kMaxList;
    if (x3::_pass(context)) set.passwords.push_back(x3::_attr(context));
  };
  auto grammar =
      words(s, "SET", "DECRYPTION") >> words(s, "IDENTIFIED", "BY") >> (Text(s)[add] % Sign(s, ','));
  return s.reads(grammar) && (out = set, true);
}

bool read_change_storage(Scan& s, Statement& out) {
  ChangeStorage change;
  const At start = s.at;
  auto verb = Word(s, "ALTER") | Word(s, "CHANGE") | Word(s, "MODIFY");
  auto grammar = words(s, "ALTER", "SYSTEM") >> verb >> words(s, "EXTERNAL_STORAGE_DEST", "PATH") >>
                 -Sign(s, '=') >> Text(s)[into(change.path)] >> Word(s, "SET") >>
                 -(Word(s, "ATTRIBUTE") >> -Sign(s, '=') >> Text(s)[into(change.attribute)]) >>
                 -(Word(s, "ACCESS_INFO") >> -Sign(s, '=') >> Text(s)[into(change.access_info)]);
  if (!s.reads(grammar)) return false;
  if (change.attribute.empty() && change.access_info.empty())
    return s.wrong(start, "SET wants ATTRIBUTE = '…', ACCESS_INFO = '…' or both"), false;
  return out = change, true;
}

}  // namespace seabed::statement
