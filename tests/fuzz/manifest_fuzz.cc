// Version edits one by one (a length byte before each), applied to a state; and payloads of log groups.

#include "core/base/bytes.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/options_text.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;
using namespace seabed::rocksdb_source;

namespace {
void edits(std::string_view bytes) {
  ByteReader in(bytes);
  Version version;
  uint8_t length = 0;
  std::string_view record;
  while (in.u8(&length) && in.bytes(std::min<size_t>(length, in.rest().size()), &record)) {
    const Status s = version.apply(record);
    if (!s) fuzz_expect(s.error().code == Code::kCorruption || s.error().code == Code::kUnsupported);
    size_t files = 0;
    for (const auto& [id, family] : version.families()) {
      files += family.files.size();
      fuzz_expect(family.live_blobs().size() <= family.blobs.size());
    }
    fuzz_expect(files == version.file_count());
  }
  (void)version.start_wal();
  fuzz_expect(version.same_files(version));
}

void payloads(std::string_view bytes) {
  for (const GroupType type :
       {GroupType::kLog, GroupType::kManifest, GroupType::kOptions, GroupType::kHole}) {
    LogContinuity checker("");
    LogGroup group;
    group.type = type;
    group.payload = std::string(bytes);
    if (const auto run = decode_wal_run(bytes); type == GroupType::kLog && run) {
      group.begin = encode_lsn({0, run->wal_number, run->offset});
      group.end = encode_lsn({0, run->wal_number, run->offset + run->data.size()});
    }
    std::vector<LogHole> holes;
    (void)checker.add(group, &holes);
    (void)checker.add(group, &holes);
  }
  LogHole hole;
  hole.detail = std::string(bytes);
  (void)base_covers(std::string(bytes), hole);
  if (const auto run = decode_options_run(bytes))
    (void)rebuild_options(*run, run->previous(), "a\n[b]\nc\n[d]\n");
}
}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  if (size > 1 << 20) return 0;
  (void)decode_version_edit(bytes);
  edits(bytes);
  payloads(bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const auto with_length = [](std::string_view s) {
    return std::string(1, static_cast<char>(s.size())) + std::string(s);
  };
  VersionEdit add;
  add.column_family = 3;
  add.add_family = "orders";
  add.comparator = "leveldb.BytewiseComparator";
  add.log_number = 9;
  add.deleted_files = {{0, 4}};
  std::string file;
  put_varint64(file, 103);
  for (const uint64_t v : {0u, 12u, 1000u}) put_varint64(file, v);
  put_length_prefixed(file, "smallestxxxxxxxx");
  put_length_prefixed(file, "largestxxxxxxxxx");
  for (const uint64_t v : {5u, 9u, 4u}) put_varint64(file, v);
  put_length_prefixed(file, "\x07");
  put_varint64(file, 1);
  std::string blob;
  put_varint64(blob, 400);
  for (const uint64_t v : {7u, 10u, 1000u}) put_varint64(blob, v);
  put_length_prefixed(blob, "");
  put_length_prefixed(blob, "");
  put_varint64(blob, 0);
  const std::string edit = encode_version_edit(add);
  ::seabed::rocksdb::ManifestRun run;
  run.set_manifest_number(5);
  run.add_records(edit);
  run.add_records(file);
  run.add_ends(50);
  run.add_ends(90);
  run.set_end(90);
  ::seabed::rocksdb::OptionsRun options;
  options.set_previous("OPTIONS-000001");
  options.add_pieces()->set_copy_count(2);
  options.add_pieces()->set_text("[x]\n");
  std::string wal;
  return {with_length(edit) + with_length(file) + with_length(blob),
          file,
          blob,
          run.SerializeAsString(),
          options.SerializeAsString(),
          encode_wal_run({12, 0, 1, true, 0, 0, "some bytes of a log"})};
}
