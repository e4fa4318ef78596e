// Statements from anybody's hands: whatever the text, an error with a reason or statements within the limits.
#include "core/engine/statement/parse.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto statements = statement::parse_statements(fuzz_view(data, size));
  if (!statements) {
    fuzz_expect(!statements.error().reason.empty() && !statements.error().object.empty());
    return 0;
  }
  fuzz_expect(!statements->empty() && statements->size() <= statement::kMaxStatements);
  for (const auto& one : *statements) fuzz_expect(!statement::name_of(one).empty());
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "ALTER SYSTEM SET LOG_ARCHIVE_DEST = 'LOCATION=file:///a BINDING=Mandatory' TENANT = `a``b`; -- x\nSELECT 1",
      "ALTER SYSTEM BACKUP INCREMENTAL TENANT = a, b PLUS ARCHIVELOG DESCRIPTION = 'it''s' /* y */;",
      "ALTER SYSTEM RESTORE t FROM 'a,b' UNTIL TIME='2026-11-23 10:00:00' WITH 'concurrency=4&method=quick&directory=/x' "
      "WITH KEY FROM 'k' ENCRYPTED BY 'p' DESCRIPTION 'd'",
      "ALTER SYSTEM RECOVER TABLE d.t, `a b`.*, *.* TO TENANT = t FROM 'a' UNTIL SCN=5 REMAP TABLE a.b:c.d, e.`*`:f.`*` "
      "REMAP TABLEGROUP a:b REMAP TABLESPACE c:d",
      "ALTER SYSTEM RECOVER STANDBY TENANT t UNTIL UNLIMITED; SET DECRYPTION IDENTIFIED BY 'a', 'b' # z",
      "ALTER SYSTEM DELETE BACKUPSET 1, 2 TENANT t; ALTER SYSTEM SET x = 10.5 TENANT = all_user",
      "ALTER SYSTEM MODIFY EXTERNAL_STORAGE_DEST PATH 'x' SET ATTRIBUTE 'a=b' ACCESS_INFO 'c=d'",
  };
}
