#include "replayed_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "core/base/fd.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::test {
namespace {

namespace fs = std::filesystem;
using namespace seabed::rocksdb_source;

std::map<uint64_t, std::string> wal_files(const std::string& directory, uint64_t from) {
  std::map<uint64_t, std::string> out;
  for (const std::string& folder : {directory + "/archive", directory}) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
      const auto name = parse_db_file_name(entry.path().filename().string());
      if (name && name->kind == DbFileKind::kWal && name->number >= from)
        out[name->number] = entry.path().string();
    }
  }
  return out;
}

LogGroup manifest_group(const std::string& directory, const rocksdb::RecoveryFacts& base) {
  const std::string text = *read_file(directory + "/" + manifest_name(base.manifest_number()), 1 << 30);
  rocksdb::ManifestRun run;
  run.set_manifest_number(base.manifest_number());
  run.set_offset(base.manifest_length());
  LogParser parser(base.manifest_number());
  uint64_t at = base.manifest_length();
  for (;;) {
    const ParseResult got = parser.next(std::string_view(text).substr(at), at);
    if (got.outcome != ParseOutcome::kRecord) break;
    run.add_records(std::string(got.record.data));
    run.add_ends(got.record.end);
    at = got.record.end;
  }
  run.set_end(at);
  LogGroup group;
  group.type = GroupType::kManifest;
  group.payload = run.SerializeAsString();
  return group;
}

/// Groups of one file; returns its length in whole records.
uint64_t add_wal(uint64_t number, const std::string& text, uint64_t previous, uint64_t previous_length,
                 uint64_t incarnation, uint64_t per_group, std::vector<LogGroup>& out) {
  LogParser parser(number);
  uint64_t at = 0, begin = 0, records = 0;
  const auto flush = [&] {
    if (at == begin) return;
    LogGroup group;
    group.begin = encode_lsn({incarnation, number, begin});
    group.end = encode_lsn({incarnation, number, at});
    group.payload =
        encode_wal_run({number, begin, records, begin == 0, begin == 0 ? previous : 0,
                        begin == 0 ? previous_length : 0, std::string_view(text).substr(begin, at - begin)});
    out.push_back(std::move(group));
    begin = at;
    records = 0;
  };
  for (;;) {
    const ParseResult got = parser.next(std::string_view(text).substr(at), at);
    if (got.outcome != ParseOutcome::kRecord) break;
    at = got.record.end;
    if (got.record.kind == RecordKind::kData && ++records == per_group) flush();
  }
  flush();
  return at;
}

}  // namespace

std::vector<LogGroup> groups_behind(const std::string& directory, const Snapshot& base, uint64_t records) {
  const auto facts = decode_recovery(base.recovery);
  EXPECT_TRUE(facts);
  std::vector<LogGroup> out{manifest_group(directory, *facts)};
  uint64_t previous = 0, previous_length = 0;
  for (const auto& [number, path] : wal_files(directory, facts->start_wal())) {
    const uint64_t length =
        add_wal(number, *read_file(path, 1 << 30), previous, previous_length, base.incarnation, records, out);
    if (length == 0) continue;  // an empty file never gets a group
    previous = number;
    previous_length = length;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].incarnation = base.incarnation;
    out[i].scn_lo = i * 10;
    out[i].scn_hi = (i + 1) * 10;
  }
  return out;
}

}  // namespace seabed::test
