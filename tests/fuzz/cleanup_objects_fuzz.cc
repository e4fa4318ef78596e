// Tombstones and reader leases as they come from a medium: what decodes encodes to the same object again.

#include <google/protobuf/stubs/logging.h>

#include "core/media/reader_lease.h"
#include "core/media/tombstone.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

namespace {
[[maybe_unused]] const auto quiet = google::protobuf::SetLogHandler(nullptr);

const std::string kSet = "tombstones/backup_set_3_full.obbak", kPiece = "tombstones/piece_d1002r1p4.obarc",
                  kLease = "readers/restore-7.00000000000000000004.obbak";
}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string& key : {kSet, kPiece})
    if (const auto t = decode_tombstone(bytes, key)) {
      const auto again = encode_tombstone(*t);
      fuzz_expect(again.has_value());
      fuzz_expect(decode_tombstone(*again, key).has_value());
    }
  if (const auto lease = decode_reader_lease(bytes, kLease))
    fuzz_expect(decode_reader_lease(encode_reader_lease(*lease), kLease).has_value());
  (void)paths::parse_set_tombstone(bytes);
  (void)paths::parse_piece_tombstone(bytes);
  (void)paths::parse_set_dir(bytes);
  (void)paths::parse_piece_dir(bytes);
  if (const auto name = paths::parse_reader_lease(bytes))
    fuzz_expect(paths::reader_lease(name->id, name->sequence) == bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  Tombstone set{.set = paths::SetId{3, true}, .cluster_name = "alpha", .tenant_id = 1002, .deleted_scn = 7};
  Tombstone piece{.piece = paths::PieceKey{1002, 1, 4}, .delete_mode = "tagging"};
  ReaderLeaseFacts lease;
  lease.id = "restore-7", lease.sequence = 4, lease.purpose = "restore", lease.directories = {"backup_set_3_full"};
  return {*encode_tombstone(set), *encode_tombstone(piece), encode_reader_lease(lease), kSet, kPiece, kLease};
}
