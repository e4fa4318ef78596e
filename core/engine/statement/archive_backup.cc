// ARCHIVELOG, NOARCHIVELOG, BACKUP, CANCEL BACKUP (reference: statements, sections 4 and 5).
#include "core/engine/statement/clauses.h"

namespace seabed::statement {

bool read_archive_log(Scan& s, Statement& out) {
  ArchiveLog log;
  auto mode = Word(s, "ARCHIVELOG")[put(log.on, true)] | Word(s, "NOARCHIVELOG")[put(log.on, false)];
  auto grammar = words(s, "ALTER", "SYSTEM") >> mode >> -tenants(s, log.tenants) >> -description(s, log.description);
  return s.reads(grammar) && (out = log, true);
}

bool read_backup(Scan& s, Statement& out) {
  Backup backup;
  auto what = Word(s, "DATABASE") | tenants(s, backup.tenants);
  auto grammar = words(s, "ALTER", "SYSTEM", "BACKUP") >>
                 -Word(s, "INCREMENTAL")[put(backup.incremental, true)] >> what >>
                 -words(s, "PLUS", "ARCHIVELOG")[put(backup.plus_archivelog, true)] >>
                 -description(s, backup.description);
  return s.reads(grammar) && (out = backup, true);
}

bool read_cancel_backup(Scan& s, Statement& out) {
  CancelBackup cancel;
  return s.reads(words(s, "ALTER", "SYSTEM", "CANCEL") >> Word(s, "BACKUP") >> -tenants(s, cancel.tenants)) &&
         (out = cancel, true);
}

}  // namespace seabed::statement
