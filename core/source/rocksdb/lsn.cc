#include "core/source/rocksdb/lsn.h"

#include "core/base/bytes.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

Lsn encode_lsn(const LogPosition& p) {
  Lsn out;
  put_be64(out.bytes, p.incarnation);
  put_be64(out.bytes, p.wal);
  put_be64(out.bytes, p.offset);
  return out;
}

Result<LogPosition> decode_lsn(const Lsn& lsn) {
  if (lsn.empty()) return LogPosition{};
  if (lsn.bytes.size() != 24)
    return fail(Code::kCorruption, "log position",
                "it has " + std::to_string(lsn.bytes.size()) + " bytes, not 24");
  const char* p = lsn.bytes.data();
  return LogPosition{load_be64(p), load_be64(p + 8), load_be64(p + 16)};
}

std::string display_lsn(const Lsn& lsn) {
  if (lsn.empty()) return "the beginning";
  const auto p = decode_lsn(lsn);
  if (!p) return "an unreadable position";
  return "incarnation " + std::to_string(p->incarnation) + ", WAL " + padded_number(p->wal) + " at " +
         std::to_string(p->offset);
}

}  // namespace seabed::rocksdb_source
